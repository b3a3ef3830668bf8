import type { Relation } from '../catalog'
import type { Work } from '../lineage/work'
import { descendants } from './catalog-index'
import { noteRowCode, type RowChange } from './relation-code'
import { isView, viewLineage } from './relations'

/** A write to a view or a partitioned table lands in the relations behind it. */
export function writtenRelations(work: Work, relation: Relation): Set<Relation> {
  const behind = isView(relation)
    ? viewLineage(work, relation).lineage.relations
    : new Set<number>()
  const ids = [relation.id, ...behind].flatMap((id) => [id, ...descendants(work.index, id)])
  return new Set(ids.flatMap((id) => work.index.relations.get(id) ?? []))
}

/** Writes that run code of the table's own. */
export function noteWriteCode(work: Work, relations: readonly Relation[], change: RowChange): void {
  for (const named of relations)
    for (const relation of writtenRelations(work, named)) noteRowCode(work, relation, change)
}

/** What a command runs that goes through the rows of every table. */
export function noteCodeOfAllRows(work: Work): void {
  for (const relation of work.index.catalog.relations) noteRowCode(work, relation, 'rebuilt')
}
