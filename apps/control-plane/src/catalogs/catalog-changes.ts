import type { Relation } from '@wardgate/sql'
import type { AssembledCatalog } from './assembled-catalog'
import type { KnownPart } from './catalog-wire'

export interface CatalogChange {
  readonly what:
    'relation' | 'routine' | 'type' | 'operator' | 'cast' | 'event-trigger' | 'publication'
  readonly change: 'added' | 'removed' | 'changed'
  /** Schema-qualified where there is a schema. */
  readonly name: string
  /** Of a relation: columns that came, went or changed. */
  readonly columns?: readonly string[]
}

type Objects = readonly { readonly id: number }[]

const kinds = {
  relations: 'relation',
  routines: 'routine',
  types: 'type',
  operators: 'operator',
  casts: 'cast',
  eventTriggers: 'event-trigger',
  publications: 'publication',
} as const satisfies Readonly<Record<keyof KnownPart, CatalogChange['what']>>

/** What happened between two catalogs. Parts that both have are the same and are not looked at. */
export function catalogChanges(
  former: Pick<AssembledCatalog, 'parts'>,
  next: Pick<AssembledCatalog, 'parts'>,
): readonly CatalogChange[] {
  const gone = onlyIn(former, next)
  const come = onlyIn(next, former)
  return (Object.keys(kinds) as (keyof KnownPart)[]).flatMap((kind) =>
    changesOf(kinds[kind], objectsOf(gone, kind), objectsOf(come, kind)),
  )
}

function onlyIn(
  { parts }: Pick<AssembledCatalog, 'parts'>,
  other: Pick<AssembledCatalog, 'parts'>,
): KnownPart[] {
  return [...parts].flatMap(([digest, part]) => (other.parts.has(digest) ? [] : part))
}

function objectsOf(parts: readonly KnownPart[], kind: keyof KnownPart): Objects {
  return parts.flatMap((part): Objects => part[kind])
}

function changesOf(what: CatalogChange['what'], gone: Objects, come: Objects): CatalogChange[] {
  const before = new Map(gone.map((object) => [object.id, object]))
  const after = new Map(come.map((object) => [object.id, object]))
  const removed = gone
    .filter(({ id }) => !after.has(id))
    .map((object): CatalogChange => ({ what, change: 'removed', name: nameOf(object) }))
  const added = come
    .filter(({ id }) => !before.has(id))
    .map((object): CatalogChange => ({ what, change: 'added', name: nameOf(object) }))
  const changed = come.flatMap((object) => {
    const old = before.get(object.id)
    if (old === undefined || formOf(old) === formOf(object)) return []
    const columns = what === 'relation' ? { columns: columnChanges(old, object) } : {}
    return [{ what, change: 'changed' as const, name: nameOf(object), ...columns }]
  })
  return [...removed, ...added, ...changed]
}

/** How many rows the planner expects is no change of the schema. */
function formOf(object: object): string {
  return JSON.stringify({ ...object, estimatedRows: undefined })
}

function nameOf(object: object): string {
  const { schema, name, id } = { schema: '', name: '', id: 0, ...object }
  return schema === '' ? name || String(id) : `${schema}.${name}`
}

function columnChanges(old: object, now: object): readonly string[] {
  const before = columnsOf(old)
  const after = columnsOf(now)
  const numbers = new Set([...before.keys(), ...after.keys()])
  return [...numbers].flatMap((number) => {
    const [left, right] = [before.get(number), after.get(number)]
    if (left === undefined) return [`added ${right?.name ?? ''}`]
    if (right === undefined) return [`removed ${left.name}`]
    if (left.name !== right.name) return [`renamed ${left.name} to ${right.name}`]
    return JSON.stringify(left) === JSON.stringify(right) ? [] : [`changed ${right.name}`]
  })
}

function columnsOf(object: object): Map<number, Relation['columns'][number]> {
  const { columns } = { columns: [] as Relation['columns'], ...object }
  return new Map(columns.map((column) => [column.number, column]))
}
