import { columnKey, columnValue, nothing, type NamedValue } from '../lineage/value'
import { systemSchemas } from './system-relations'

/**
 * pg_attribute holds values of users' columns: what a column that was added with a default shows for the rows that were
 * there before. The stored catalog has no system relations, so the columns are listed here (pg_attribute.h).
 */
export const pgAttribute = 1249
/** Of PostgreSQL 18; before, it is the one that follows. */
const missingValueNumbers = [25, 26]

/** The places of such values; a mask of any column masks them. */
export const missingValueKeys: readonly number[] = missingValueNumbers.map((number) =>
  columnKey(pgAttribute, number),
)

export const missingValueName = 'pg_catalog.pg_attribute.attmissingval'

const before18 = ['attcacheoff']
const others =
  `attrelid attname atttypid attlen attnum atttypmod attndims attbyval attalign attstorage attcompression
attnotnull atthasdef atthasmissing attidentity attgenerated attisdropped attislocal attinhcount attcollation attstattarget
attacl attoptions attfdwoptions`.split(/\s+/)

const [missingValue = 0] = missingValueKeys

/** The columns of pg_attribute: their order says nothing, except that the values come last. Undefined = another relation. */
export function missingValueColumns(
  schema: string,
  name: string,
  serverVersion: number,
): readonly NamedValue[] | undefined {
  if (name !== 'pg_attribute' || !(schema === '' || systemSchemas.has(schema))) return undefined
  const plain = serverVersion < 180_000 ? [...before18, ...others] : others
  return [
    ...plain.map((column) => ({ name: column, value: nothing })),
    { name: 'attmissingval', value: columnValue(missingValue) },
  ]
}
