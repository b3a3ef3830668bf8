import type { Cluster } from '@wardgate/embedded-postgres'
import { startTestCluster } from '@wardgate/embedded-postgres/testing'
import { analyze, indexCatalog, loadParser, planMasks, type CatalogIndex } from '@wardgate/sql'
import { Client, type QueryResult } from 'pg'
import { Generator, groupSize } from './generate'
import { Random } from './random'
import { masks, readCatalog, schemaOf, versions } from './schema'

const cases = Number(process.env['WARDGATE_LINEAGE_CASES'] ?? 1_500)
const seed = Number(process.env['WARDGATE_LINEAGE_SEED'] ?? 20_261_125)

/** SQLSTATE query_canceled. */
const timedOut = '57014'

jest.setTimeout(60_000 + cases * 20)

let cluster: Cluster
let clients: readonly Client[]
let index: CatalogIndex

async function database(name: keyof typeof versions): Promise<Client> {
  const admin = new Client({ connectionString: cluster.url('postgres') })
  await admin.connect()
  await admin.query(`CREATE DATABASE ${name}`)
  await admin.end()
  const client = new Client({ connectionString: cluster.url(name) })
  await client.connect()
  await client.query(schemaOf(versions[name]))
  // Groups by hash keep the order of the table within them: an order that nobody asked for is no finding.
  const settings = [
    'enable_sort = off',
    'max_parallel_workers_per_gather = 0',
    `statement_timeout = '2s'`,
  ]
  for (const setting of settings) await client.query(`SET ${setting}`)
  return client
}

beforeAll(async () => {
  await loadParser()
  cluster = await startTestCluster()
  const a = await database('a')
  clients = [a, await database('b')]
  index = indexCatalog(await readCatalog(a))
})

afterAll(async () => {
  await Promise.all(clients.map((client) => client.end()))
  await cluster.remove()
})

interface Shown {
  /** Undefined when the statement failed. */
  readonly rows: readonly string[] | undefined
}

/** Elements that an ORDER BY within groups leaves as ties come in the order in which grouping sorted the rows. */
const collectsInGroups = /_agg\(.* ORDER BY .* GROUP BY /s

function withoutTies(text: string, cell: unknown): unknown {
  if (!collectsInGroups.test(text)) return cell
  if (Array.isArray(cell)) return cell.map(String).sort()
  return typeof cell === 'string' ? cell.split(',').sort() : cell
}

/** What is left of a result once the masked columns are covered; the order of rows only where one was asked for. */
function visible(
  text: string,
  result: QueryResult<unknown[]>,
  covered: (at: number) => 'all' | 'value' | undefined,
): string[] {
  const rows = result.rows.map((row) =>
    JSON.stringify(
      row.map((cell, at) => {
        const how = covered(at)
        if (how === undefined) return withoutTies(text, cell)
        return how === 'value' && cell === null ? null : '*'
      }),
    ),
  )
  return rows.sort()
}

async function shown(
  client: Client,
  text: string,
  covered: Parameters<typeof visible>[2],
): Promise<Shown | undefined> {
  try {
    const result = await client.query<unknown[]>({ text, rowMode: 'array' })
    return { rows: visible(text, result, covered) }
  } catch (error) {
    const { code } = error as { code?: string }
    // A server that is gone is a broken test, not a failed statement; one that is busy is no finding.
    if (code === undefined) throw error
    return code === timedOut ? undefined : { rows: undefined }
  }
}

/** How the plan covers each column; undefined = the statement is refused and shows nothing. */
function coverage(text: string): Parameters<typeof visible>[2] | undefined {
  const input = {
    phase: 'simple',
    text,
    prepared: [],
    searchPath: ['public'],
    role: 'agent',
  } as const
  const analysis = analyze(input, index)
  if (analysis.facts.opaque.length > 0) return undefined
  if (analysis.facts.actions.some(({ action }) => action !== 'read')) return undefined
  const decision = planMasks(analysis, { masks, minimumGroupSize: groupSize }, index)
  if (decision.kind !== 'plan') return undefined
  const { plan } = decision
  return (at) => {
    const mask = plan.columns.find((column) => column.index === at)
    if (mask !== undefined) return mask.hidesNull === true ? 'all' : 'value'
    return plan.width === undefined && plan.unknownOrigin !== undefined ? 'all' : undefined
  }
}

it(`shows the same whatever the masked values are, for ${cases} random queries (seed ${seed})`, async () => {
  const generator = new Generator(new Random(seed))
  const counts = { refused: 0, failed: 0, compared: 0 }
  const differing: string[] = []
  for (let at = 0; at < cases && differing.length < 20; at += 1) {
    const text = generator.query()
    const covered = coverage(text)
    if (covered === undefined) {
      counts.refused += 1
      continue
    }
    const [left, right] = await Promise.all(clients.map((client) => shown(client, text, covered)))
    if (left === undefined || right === undefined) continue
    if (left.rows === undefined && right.rows === undefined) counts.failed += 1
    else counts.compared += 1
    if (JSON.stringify(left) !== JSON.stringify(right)) differing.push(text)
  }
  expect(differing).toEqual([])
  // Most queries are to reach the comparison, or the test shows nothing.
  expect(counts.compared).toBeGreaterThan(cases / 5)
  if (process.env['WARDGATE_LINEAGE_CASES'] !== undefined)
    process.stderr.write(`lineage: ${JSON.stringify({ seed, cases, ...counts })}\n`)
})
