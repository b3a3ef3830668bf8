import type { Parameter } from '@wardgate/gateway'
import { parameterText } from '@wardgate/sql/parameters'
import type { Client } from 'pg'
import { connectSystem } from '../../catalog/postgres/connect'
import type { Estimator } from '../estimator'
import { planEstimate } from './plan'

const limits = [`SET LOCAL statement_timeout = '1500ms'`, `SET LOCAL lock_timeout = '200ms'`]

/**
 * The planner's estimate of exactly this statement with these parameters. EXPLAIN without ANALYZE runs nothing; the
 * transaction may write nothing either, and it is taken back. What is asked for calls built-in functions only, as the
 * planner may evaluate others with the rights of the system session.
 */
export const estimatePostgres: Estimator = async ({ access, operation, signal }) => {
  const { text, parameters, state } = operation
  const { searchPath, database, role } = state
  if (searchPath === undefined) return undefined
  const client = await connectSystem(access, database || access.database, signal)
  const abort = (): void => void client.end().catch(() => undefined)
  signal.addEventListener('abort', abort, { once: true })
  try {
    await client.query('BEGIN READ ONLY')
    for (const limit of limits) await client.query(limit)
    await client.query(`SELECT set_config('search_path', $1, true)`, [pathOf(searchPath, role)])
    return planEstimate(await explain(client, text, parameters))
  } finally {
    signal.removeEventListener('abort', abort)
    await client.end().catch(() => undefined)
  }
}

/** The extended protocol takes one statement a message: a second one behind the first is an error, not an effect. */
async function explain(
  client: Client,
  text: string,
  parameters: readonly Parameter[],
): Promise<unknown> {
  const query = {
    text: `EXPLAIN (FORMAT JSON) ${text}`,
    values: parameters.map(valueOf),
    rowMode: 'array' as const,
    queryMode: 'extended' as const,
  }
  const { rows } = await client.query<[unknown]>(query)
  return rows[0]?.[0]
}

/**
 * As text where the type is known. The target infers the parameter's type from the statement alone here: a bigint that
 * the client declared for an integer column would be eight bytes where four are expected.
 */
function valueOf({ type, format, value }: Parameter): string | Buffer | null {
  if (value === null) return null
  const text = parameterText(type, format, value)
  return format === 'binary' && text.startsWith('\\x') ? Buffer.from(value) : text
}

/** `$user` means the role of the client's session, not that of this one. */
function pathOf(searchPath: readonly string[], role: string): string {
  return searchPath
    .map((schema) => (schema === '$user' ? role : schema))
    .filter((schema) => schema !== '')
    .map((schema) => `"${schema.replaceAll('"', '""')}"`)
    .join(', ')
}
