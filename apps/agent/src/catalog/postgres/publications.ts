import type { Publication, PublishedTable } from '@wardgate/contract'
import { z } from 'zod'
import { among } from './object-ids'
import { groupByFirst } from './group'

/** Publications of whole schemas, and of some columns and rows, came with PostgreSQL 15. */
export const publishesSchemas = 150_000

export function publicationsQuery(serverVersion: number): string {
  const schemas =
    serverVersion < publishesSchemas
      ? "'{}'"
      : `ARRAY(SELECT n.nspname::text FROM pg_publication_namespace s JOIN pg_namespace n ON n.oid = s.pnnspid
           WHERE s.pnpubid = p.oid ORDER BY 1)`
  return `
  SELECT p.oid::int8, p.pubname, p.puballtables, ${schemas}::text[] FROM pg_publication p
  WHERE ${among('p.oid')} ORDER BY p.oid`
}

export function publishedTablesQuery(serverVersion: number): string {
  const some =
    serverVersion < publishesSchemas
      ? "'{}'::int[], ''"
      : "coalesce(r.prattrs::int2[]::int[], '{}'), coalesce(pg_get_expr(r.prqual, r.prrelid), '')"
  return `
  SELECT r.prpubid::int8, r.prrelid::int8, ${some} FROM pg_publication_rel r
  WHERE ${among('r.prpubid')} ORDER BY r.prpubid, r.prrelid`
}

const id = z.coerce.number().int()
const publicationRow = z.tuple([id, z.string(), z.boolean(), z.array(z.string())])
const publishedRow = z.tuple([id, id, z.array(z.number().int()), z.string()])

export function publicationsFrom(
  rows: readonly unknown[],
  published: readonly unknown[],
): Publication[] {
  const tables = groupByFirst(published, (row): [number, PublishedTable] => {
    const [publication, relationId, columns, filter] = publishedRow.parse(row)
    return [publication, { relationId, columns, filter }]
  })
  return rows.map((row) => {
    const [oid, name, allTables, schemas] = publicationRow.parse(row)
    return { id: oid, name, allTables, schemas, tables: tables.get(oid) ?? [] }
  })
}
