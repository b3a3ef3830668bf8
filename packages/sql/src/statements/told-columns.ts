import type { Relation } from '../catalog'
import { columnKey, columnValue } from '../lineage/value'
import { influence, type Where, type Work } from '../lineage/work'
import { findRelations } from '../names/catalog-index'
import { text, unwrap, type Tree } from '../tree'

export function named(table: Tree | undefined, { index, searchPath }: Work): readonly Relation[] {
  if (table === undefined) return []
  return findRelations(index, searchPath, text(table, 'schemaname'), text(table, 'relname'))
}

/** Notes what a definition tells of columns; absent `names` = of all. The table's own name is a whole row, unless a column has it. */
export function tell(
  work: Work,
  relations: readonly Relation[],
  where: Where,
  names?: ReadonlySet<string>,
): void {
  for (const { id, name, columns } of relations)
    for (const column of columns) {
      const isMeant = names === undefined || names.has(column.name) || names.has(name)
      if (isMeant) influence(work, columnValue(columnKey(id, column.number)), where)
    }
}

/** Columns that elements of an index name; expressions are followed elsewhere. */
export function elementNames(elements: readonly Tree[]): ReadonlySet<string> {
  return new Set(elements.map((element) => text(unwrap(element).body, 'name')))
}
