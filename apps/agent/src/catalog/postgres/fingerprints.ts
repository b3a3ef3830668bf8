import type { Client } from 'pg'
import { z } from 'zod'
import { partSql } from './object-ids'
import { publishesSchemas } from './publications'
import { lasting } from './queries'
import { rowsOf } from './rows-of'

/** System catalogs, and the object that each row belongs to. */
const owners: Readonly<Record<string, string>> = {
  pg_aggregate: 'aggfnoid',
  pg_attrdef: 'adrelid',
  pg_attribute: 'attrelid',
  pg_cast: 'oid',
  pg_class: 'oid',
  pg_constraint: 'greatest(conrelid, contypid)',
  pg_event_trigger: 'oid',
  pg_index: 'indrelid',
  pg_inherits: 'inhrelid',
  pg_operator: 'oid',
  pg_partitioned_table: 'partrelid',
  pg_policy: 'polrelid',
  pg_proc: 'oid',
  pg_publication: 'oid',
  pg_publication_rel: 'prpubid',
  pg_rewrite: 'ev_class',
  pg_statistic_ext: 'stxrelid',
  pg_trigger: 'tgrelid',
  pg_type: 'oid',
}

/** The number and the sum of row versions change with every DDL statement; in-place updates by vacuum do not touch them. */
const versions = `count(*) || ':' || coalesce(sum(xmin::text::bigint), 0)`

function partsQuery(serverVersion: number): string {
  const newer = serverVersion < publishesSchemas ? {} : { pg_publication_namespace: 'pnpubid' }
  const sources = Object.entries({ ...owners, ...newer }).map(
    ([table, owner]) =>
      `SELECT '${table}' AS source, ${partSql(owner)} AS part, ${versions} AS versions FROM ${table} GROUP BY 2`,
  )
  return `
  SELECT part, string_agg(source || ' ' || versions, ' ' ORDER BY source)
  FROM (${sources.join(' UNION ALL ')}) AS all_versions GROUP BY part ORDER BY part`
}

/** What every part depends on: names of schemas, extensions and their operator classes. */
const globalsQuery = `
  SELECT current_setting('server_version_num')::int, current_schemas(false)::text[], concat_ws(' ',
    (SELECT string_agg(oid || ' ' || nspname, ' ' ORDER BY oid) FROM pg_namespace n WHERE ${lasting}),
    ${['pg_extension', 'pg_opclass', 'pg_amop', 'pg_amproc']
      .map((table) => `(SELECT ${versions} FROM ${table})`)
      .join(', ')})`

const globalsRow = z.tuple([z.number().int(), z.array(z.string()), z.string()])
const partRow = z.tuple([z.coerce.number().int().min(0), z.string()])

export interface Fingerprints {
  readonly serverVersion: number
  readonly defaultSearchPath: string[]
  readonly globals: string
  readonly parts: ReadonlyMap<number, string>
}

export async function readFingerprints(client: Client): Promise<Fingerprints> {
  const [row] = await rowsOf(client, globalsQuery)
  const [serverVersion, defaultSearchPath, globals] = globalsRow.parse(row)
  const parts = (await rowsOf(client, partsQuery(serverVersion))).map((part) => partRow.parse(part))
  return {
    serverVersion,
    defaultSearchPath,
    globals: `${serverVersion} ${defaultSearchPath.join(' ')} ${globals}`,
    parts: new Map(parts),
  }
}
