import type { DataType, Relation } from '../catalog'

/**
 * What a session has made of the schema and the stored catalog cannot show yet: another session sees it after COMMIT,
 * and what is temporary never. It may also have failed or been undone, so it is what names can mean besides.
 */
export type SchemaChange =
  | { readonly kind: 'relation'; readonly relation: Relation }
  /** Its name may mean another relation of the path now. */
  | { readonly kind: 'dropped'; readonly id: number }
  | { readonly kind: 'type'; readonly type: DataType }
  | { readonly kind: 'savepoint'; readonly name: string }

/** Ids that the target has not given: object ids have 32 bits. */
const firstUnseenId = 2 ** 32
/** More changes of one session are not kept: what they made is not known then. */
const mostChanges = 1_000

export const temporarySchema = 'pg_temp'

/** Schemas of a path in which nothing is made that does not say so. */
export function isNoHome(schema: string): boolean {
  return schema === 'pg_catalog' || schema === temporarySchema
}

export function isUnseen(id: number): boolean {
  return id >= firstUnseenId
}

export function unseenId(changes: readonly SchemaChange[]): number {
  const used = changes.map((change) => {
    if (change.kind === 'relation') return change.relation.id
    return change.kind === 'type' ? change.type.id : 0
  })
  return Math.max(firstUnseenId - 1, ...used) + 1
}

function isTemporary(change: SchemaChange): boolean {
  return change.kind === 'relation' && change.relation.schema === temporarySchema
}

/** Temporary objects alone: what else there was is in the catalog by now, or undone. */
export function lastingChanges(changes: readonly SchemaChange[]): readonly SchemaChange[] {
  return changes.every(isTemporary) ? changes : changes.filter(isTemporary)
}

export function add(
  changes: readonly SchemaChange[],
  added: readonly SchemaChange[],
): readonly SchemaChange[] {
  const all = [...changes, ...added]
  return added.length === 0 || all.length > mostChanges ? changes : all
}

/** What is left after ROLLBACK TO; a savepoint that is not among the changes came before all of them. */
export function changesBefore(
  changes: readonly SchemaChange[],
  savepoint: string,
): readonly SchemaChange[] {
  const at = changes.findLastIndex(
    (change) => change.kind === 'savepoint' && change.name === savepoint,
  )
  const undone = changes.slice(at + 1)
  return [...changes.slice(0, at + 1), ...undone.filter(isTemporary)]
}
