import { type Catalog, SqlEngine } from '@wardgate/contract'
import type { Client } from 'pg'
import type { CatalogReader } from '../reader'
import {
  castsQuery,
  eventTriggersQuery,
  operatorsQuery,
  relationCallsQuery,
  typeCallsQuery,
} from './call-queries'
import { connectSystem } from './connect'
import {
  columnsQuery,
  fingerprintQuery,
  parentsQuery,
  relationsQuery,
  routinesQuery,
  typesQuery,
  versionQuery,
} from './queries'
import {
  castsFrom,
  eventTriggersFrom,
  fingerprintRow,
  operatorsFrom,
  relationsFrom,
  routinesFrom,
  typesFrom,
  versionRow,
} from './rows'

/** Reads a database's catalog in one snapshot. */
export const readPostgresCatalog: CatalogReader = async (request) => {
  const { access, database, knownFingerprint, signal } = request
  const client = await connectSystem(access, database, signal)
  const abort = (): void => void client.end().catch(() => undefined)
  signal.addEventListener('abort', abort, { once: true })
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    const fingerprint = fingerprintOf(await rowsOf(client, fingerprintQuery))
    if (fingerprint === knownFingerprint) return undefined
    return { fingerprint, catalog: await readCatalog(client) }
  } finally {
    signal.removeEventListener('abort', abort)
    await client.end().catch(() => undefined)
  }
}

async function readCatalog(client: Client): Promise<Catalog> {
  const [version] = await rowsOf(client, versionQuery)
  const [serverVersion, defaultSearchPath] = versionRow.parse(version)
  // Names in view definitions are then written with their schema, whatever the path of this session was.
  await client.query(`SET LOCAL search_path = ''`)
  const relations = relationsFrom({
    relations: await rowsOf(client, relationsQuery),
    columns: await rowsOf(client, columnsQuery),
    parents: await rowsOf(client, parentsQuery),
    calls: await rowsOf(client, relationCallsQuery),
  })
  return {
    engine: SqlEngine.SQL_ENGINE_POSTGRESQL,
    serverVersion,
    defaultSearchPath,
    relations,
    routines: routinesFrom(await rowsOf(client, routinesQuery(serverVersion))),
    types: typesFrom(await rowsOf(client, typesQuery), await rowsOf(client, typeCallsQuery)),
    operators: operatorsFrom(await rowsOf(client, operatorsQuery)),
    casts: castsFrom(await rowsOf(client, castsQuery)),
    eventTriggers: eventTriggersFrom(await rowsOf(client, eventTriggersQuery)),
  }
}

function fingerprintOf(rows: readonly unknown[]): string {
  return rows.map((row) => fingerprintRow.parse(row).join(' ')).join('\n')
}

async function rowsOf(client: Client, text: string): Promise<unknown[][]> {
  const { rows } = await client.query<unknown[]>({ text, rowMode: 'array' })
  return rows
}
