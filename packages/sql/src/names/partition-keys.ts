import type { Relation } from '../catalog'
import type { Work } from '../lineage/work'
import { child, list, text, unwrap, type Tree } from '../tree'

/** The columns and expressions by which a table is divided; undefined = nobody has read them. */
export function partitionKeys(
  { parse, index }: Work,
  relation: Relation,
): readonly Tree[] | undefined {
  const { id, definition } = relation
  if (definition === '') return undefined
  const key = `partition keys ${id} ${definition}`
  if (!index.cache.has(key)) index.cache.set(key, parse(asStatement(definition)))
  const [statement] = (index.cache.get(key) as readonly Tree[] | undefined) ?? []
  const spec = statement && child(unwrap(statement).body, 'partspec')
  return spec === undefined ? undefined : list(spec, 'partParams')
}

/** The target tells `LIST (a)`; of a table that the session made there is the whole statement. */
function asStatement(definition: string): string {
  const isKeyAlone = /^(?:RANGE|LIST|HASH) \(/.test(definition)
  return isKeyAlone ? `CREATE TABLE t () PARTITION BY ${definition}` : definition
}

export function partitionName(key: Tree): string {
  return text(unwrap(key).body, 'name')
}
