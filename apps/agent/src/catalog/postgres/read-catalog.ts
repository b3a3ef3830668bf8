import { createHash } from 'node:crypto'
import { CatalogPart, SqlEngine } from '@wardgate/contract'
import type { Client } from 'pg'
import type { CatalogPartState, CatalogReader, CatalogRequest, CatalogState } from '../reader'
import { connectSystem } from './connect'
import { type Fingerprints, readFingerprints } from './fingerprints'
import { firstUserOid, partOf } from './object-ids'
import { readParts, runsOf } from './parts'

/** Reads what changed of a database's catalog, in one snapshot and a few parts at a time. */
export const readPostgresCatalog: CatalogReader = async (request) => {
  const { access, database, signal } = request
  const client = await connectSystem(access, database, signal)
  const abort = (): void => void client.end().catch(() => undefined)
  signal.addEventListener('abort', abort, { once: true })
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    const now = await readFingerprints(client)
    const due = dueParts(now, request)
    if (due.length === 0 && request.known?.parts.size === now.parts.size) return undefined
    return stateOf(now, await readDue(client, due, now, request))
  } finally {
    signal.removeEventListener('abort', abort)
    await client.end().catch(() => undefined)
  }
}

/** Numbers of the parts that have to be read, ascending. */
function dueParts(now: Fingerprints, { known, wanted }: CatalogRequest): number[] {
  const numbers = [...now.parts.keys()]
  if (known?.globals !== now.globals) return numbers
  const changed = new Set(
    numbers.filter((number) => known.parts.get(number)?.fingerprint !== now.parts.get(number)),
  )
  const isQuiet = changed.size === 0 && known.parts.size === now.parts.size
  return numbers.filter(
    (number) =>
      wanted.has(number) ||
      changed.has(number) ||
      (!isQuiet && known.parts.get(number)?.isDerived === true),
  )
}

async function readDue(
  client: Client,
  due: readonly number[],
  { serverVersion, parts: fingerprints }: Fingerprints,
  { known, wanted, deliver }: CatalogRequest,
): Promise<Map<number, CatalogPartState>> {
  // Names in texts are then written with their schema, whatever the path of this session was.
  await client.query(`SET LOCAL search_path = ''`)
  const states = new Map([...(known?.parts ?? [])].filter(([number]) => fingerprints.has(number)))
  const isDue = new Set(due)
  for (const run of runsOf(due)) {
    const parts = await readParts(client, serverVersion, run)
    for (let number = run[0]; number <= run[1]; number += 1) {
      const fingerprint = fingerprints.get(number)
      if (fingerprint === undefined || !isDue.has(number)) continue
      const part = parts.get(number)
      const body = part === undefined ? undefined : CatalogPart.encode(part).finish()
      if (body !== undefined && wanted.has(number)) deliver(body)
      const digest = body === undefined ? undefined : digestOf(body)
      states.set(number, { fingerprint, digest, isDerived: isDerived(number, part) })
    }
  }
  return states
}

function isDerived(number: number, part: CatalogPart | undefined): boolean {
  // Nothing changes the names that the server's own texts hold.
  if (part === undefined || number < partOf(firstUserOid)) return false
  return (
    part.routines.some(({ body }) => body !== '') ||
    part.publications.some(({ tables }) => tables.some(({ filter }) => filter !== '')) ||
    part.relations.some(
      ({ definition, columns, rules }) =>
        definition !== '' || rules.length > 0 || columns.some(({ generated }) => generated !== ''),
    )
  )
}

function stateOf(
  { globals, serverVersion, defaultSearchPath }: Fingerprints,
  parts: ReadonlyMap<number, CatalogPartState>,
): CatalogState {
  const numbers = [...parts.keys()].sort((left, right) => left - right)
  const manifest = {
    engine: SqlEngine.SQL_ENGINE_POSTGRESQL,
    serverVersion,
    defaultSearchPath,
    parts: numbers.flatMap((number) => {
      const digest = parts.get(number)?.digest
      return digest === undefined ? [] : [{ number, digest }]
    }),
  }
  return { globals, parts, manifest }
}

function digestOf(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex')
}
