import { columnAt } from '../names/catalog-index'
import { isView } from '../names/relations'
import { text, unwrap, type Tree } from '../tree'
import { columnOf, type RangeEntry } from './scope'
import { columnReference, derive } from './value'
import type { Work } from './work'

/** Names of the columns that SET may change, of a view those behind its columns; undefined = any. */
export function updatedColumns(
  targets: readonly Tree[],
  entry: RangeEntry,
  { index }: Work,
): ReadonlySet<string> | undefined {
  const values = targets.map((item) => columnOf(entry, text(unwrap(item).body, 'name')))
  const known = values.filter((value) => value !== undefined)
  if (known.length < values.length || known.some(({ kind }) => kind === 'unknown')) return undefined
  const changed = [...derive(known).sources].map(columnReference)
  const names = changed.flatMap((place) => {
    const relation = index.relations.get(place.relation)
    const isBehind = relation !== undefined && !isView(relation)
    return isBehind ? (columnAt(index, place)?.name ?? []) : []
  })
  return new Set(names)
}
