import type { Relation } from '../catalog'
import { emptyScope } from '../lineage/scope'
import { columnKey } from '../lineage/value'
import type { CatalogIndex } from '../names/catalog-index'
import { viewWork } from './view-work'

interface GeneratedColumn {
  readonly number: number
  /** Keys of the columns that its value depends on. */
  readonly sources: readonly number[]
}

export function isGenerated({ columns }: Relation): boolean {
  return columns.some(({ generated = '' }) => generated !== '')
}

/** What the generated columns of a table are computed from. Fails closed: what cannot be followed is all of its row. */
export function generatedSources(
  index: CatalogIndex,
  relation: Relation,
): readonly GeneratedColumn[] {
  const key = `generated ${relation.id}`
  const known = index.cache.get(key) as readonly GeneratedColumn[] | undefined
  if (known !== undefined) return known
  const found = relation.columns.flatMap(({ number, generated = '' }) =>
    generated === '' ? [] : [{ number, sources: sourcesOf(index, relation, generated) }],
  )
  index.cache.set(key, found)
  return found
}

function sourcesOf(index: CatalogIndex, relation: Relation, expression: string): number[] {
  const work = viewWork(index)
  const table = `${quoted(relation.schema)}.${quoted(relation.name)}`
  const [query] = work.parse(`SELECT (${expression}) FROM ${table}`) ?? []
  const value = query && work.query(query, emptyScope, work).columns?.[0]?.value
  if (value !== undefined && value.kind !== 'unknown' && work.facts.opaque.size === 0)
    return [...value.sources]
  return relation.columns.map(({ number }) => columnKey(relation.id, number))
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
