import type { Catalog, DataType, ForeignKey, Operator, Relation, Routine } from '../catalog'

/** A catalog prepared for look-up by name and id; made once per digest. Its caches are bounded by the catalog's size. */
export interface CatalogIndex {
  readonly catalog: Catalog
  readonly relations: ReadonlyMap<number, Relation>
  readonly relationsByName: ReadonlyMap<string, readonly Relation[]>
  readonly routines: ReadonlyMap<number, Routine>
  readonly routinesByName: ReadonlyMap<string, readonly Routine[]>
  readonly types: ReadonlyMap<number, DataType>
  readonly typesByName: ReadonlyMap<string, readonly DataType[]>
  readonly operatorsByName: ReadonlyMap<string, readonly Operator[]>
  /** Relations that inherit from, or are partitions of, the key. */
  readonly children: ReadonlyMap<number, readonly number[]>
  /** Foreign keys that refer to the key, each with the relation that has it. */
  readonly references: ReadonlyMap<number, readonly Reference[]>
  /**
   * Ids of relations that a session has made, moved or dropped, perhaps in vain: a name that finds one of them on the
   * search path can mean what comes behind it too.
   */
  readonly uncertain?: ReadonlySet<number>
  /** Results that depend on the catalog alone, by owner. */
  readonly cache: Map<string, unknown>
}

export interface Reference {
  readonly id: number
  readonly key: ForeignKey
}

function group<T, K>(items: readonly T[], key: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const item of items) {
    const found = groups.get(key(item))
    if (found === undefined) groups.set(key(item), [item])
    else found.push(item)
  }
  return groups
}

function childrenOf(relations: readonly Relation[]): Map<number, number[]> {
  const children = new Map<number, number[]>()
  for (const relation of relations) {
    for (const parent of relation.parents) {
      const found = children.get(parent)
      if (found === undefined) children.set(parent, [relation.id])
      else found.push(relation.id)
    }
  }
  return children
}

function referencesOf(relations: readonly Relation[]): Map<number, Reference[]> {
  const all = relations.flatMap(({ id, foreignKeys = [] }) =>
    foreignKeys.map((key) => ({ id, key })),
  )
  return group(all, ({ key }) => key.referencedId)
}

/** Indexes a catalog; do it once per digest, not once per statement. */
export function indexCatalog(catalog: Catalog): CatalogIndex {
  return {
    catalog,
    relations: new Map(catalog.relations.map((relation) => [relation.id, relation])),
    relationsByName: group(catalog.relations, (relation) => relation.name),
    routines: new Map(catalog.routines.map((routine) => [routine.id, routine])),
    routinesByName: group(catalog.routines, (routine) => routine.name),
    types: new Map(catalog.types.map((type) => [type.id, type])),
    typesByName: group(catalog.types, (type) => type.name),
    operatorsByName: group(catalog.operators ?? [], (operator) => operator.name),
    children: childrenOf(catalog.relations),
    references: referencesOf(catalog.relations),
    cache: new Map(),
  }
}

function closure(start: number, next: (id: number) => readonly number[]): Set<number> {
  const seen = new Set<number>()
  const queue = [...next(start)]
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    if (seen.has(id)) continue
    seen.add(id)
    queue.push(...next(id))
  }
  return seen
}

/** Domains over domains are followed no further than this; PostgreSQL has no bound of its own. */
const maxDomains = 32

/** The type behind a domain, or the type itself. */
export function baseType({ types }: CatalogIndex, id: number): number {
  let base = id
  for (let depth = 0; depth < maxDomains; depth += 1) {
    const next = types.get(base)?.baseId ?? 0
    if (next === 0) return base
    base = next
  }
  return id
}

interface ColumnPlace {
  readonly relation: number
  readonly attribute: number
}

export function columnAt({ relations }: CatalogIndex, { relation, attribute }: ColumnPlace) {
  return relations.get(relation)?.columns.find(({ number }) => number === attribute)
}

/** The type of a column as the target names it: of a domain the type behind it. */
export function columnType(index: CatalogIndex, place: ColumnPlace): number | undefined {
  const column = columnAt(index, place)
  return column === undefined ? undefined : baseType(index, column.typeId)
}

export function ancestors(index: CatalogIndex, id: number): ReadonlySet<number> {
  return closure(id, (current) => index.relations.get(current)?.parents ?? [])
}

export function descendants(index: CatalogIndex, id: number): ReadonlySet<number> {
  return closure(id, (current) => index.children.get(current) ?? [])
}

/** The schemas of an unqualified name in order; undefined when the session's search path is not known. */
export function expandSearchPath(
  searchPath: readonly string[] | undefined,
  role: string,
): readonly string[] | undefined {
  if (searchPath === undefined) return undefined
  const path = searchPath.map((schema) => (schema === '$user' ? role : schema))
  return path.includes('pg_catalog') ? path : ['pg_catalog', ...path]
}

/**
 * Every relation that a name can mean. Without a known search path all same-named relations count: whichever the
 * target picks, it is among them.
 */
export function findRelations(
  index: CatalogIndex,
  searchPath: readonly string[] | undefined,
  schema: string,
  name: string,
): readonly Relation[] {
  const named = index.relationsByName.get(name) ?? []
  if (schema !== '') return named.filter((relation) => relation.schema === schema)
  if (searchPath === undefined) return named
  const met: Relation[] = []
  for (const candidate of searchPath) {
    const found = named.filter((relation) => relation.schema === candidate)
    met.push(...found)
    if (found.some(({ id }) => index.uncertain?.has(id) !== true)) break
  }
  return met
}

export function findRoutines(
  index: CatalogIndex,
  searchPath: readonly string[] | undefined,
  schema: string,
  name: string,
): readonly Routine[] {
  return reachable(index.routinesByName.get(name) ?? [], searchPath, schema)
}

export function findOperators(
  index: CatalogIndex,
  searchPath: readonly string[] | undefined,
  schema: string,
  name: string,
): readonly Operator[] {
  return reachable(index.operatorsByName.get(name) ?? [], searchPath, schema)
}

export function findTypes(
  index: CatalogIndex,
  searchPath: readonly string[] | undefined,
  schema: string,
  name: string,
): readonly DataType[] {
  return reachable(index.typesByName.get(name) ?? [], searchPath, schema)
}

/** Of what has the name: all that the types of its arguments may choose from, wherever on the path they are. */
function reachable<T extends { readonly schema: string }>(
  named: readonly T[],
  searchPath: readonly string[] | undefined,
  schema: string,
): readonly T[] {
  if (schema !== '') return named.filter((one) => one.schema === schema)
  if (searchPath === undefined) return named
  return named.filter((one) => searchPath.includes(one.schema))
}
