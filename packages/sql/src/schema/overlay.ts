import type { DataType, Relation } from '../catalog'
import type { CatalogIndex } from '../names/catalog-index'
import { temporarySchema, type SchemaChange } from './change'

interface Overlaid {
  readonly changes: readonly SchemaChange[]
  readonly index: CatalogIndex
}

const latest = new WeakMap<CatalogIndex, Overlaid>()

/** The catalog with what a session has changed of it: names mean what they meant before, and what they may mean now. */
export function withChanges(index: CatalogIndex, changes: readonly SchemaChange[]): CatalogIndex {
  if (changes.every(({ kind }) => kind === 'savepoint')) return index
  const last = latest.get(index)
  if (last?.changes === changes) return last.index
  const made = overlay(index, changes)
  latest.set(index, { changes, index: made })
  return made
}

/** Temporary relations come before those of the path. */
export function withTemporary(
  path: readonly string[] | undefined,
  { uncertain }: CatalogIndex,
): readonly string[] | undefined {
  return path === undefined || uncertain === undefined ? path : [temporarySchema, ...path]
}

function overlay(index: CatalogIndex, changes: readonly SchemaChange[]): CatalogIndex {
  const relations = new Map(index.relations)
  const relationsByName = new Map(index.relationsByName)
  const types = new Map(index.types)
  const typesByName = new Map(index.typesByName)
  const children = new Map(index.children)
  const uncertain = new Set<number>()
  for (const change of changes) {
    if (change.kind === 'dropped') uncertain.add(change.id)
    else if (change.kind === 'type') addType(types, typesByName, change.type)
    else if (change.kind === 'relation') {
      const relation = withParents(change.relation, relations.get(change.relation.id))
      uncertain.add(relation.id)
      relations.set(relation.id, relation)
      put(relationsByName, relation)
      for (const parent of relation.parents)
        children.set(parent, [...new Set([...(children.get(parent) ?? []), relation.id])])
    }
  }
  const catalog = {
    ...index.catalog,
    relations: [...relations.values()],
    types: [...types.values()],
  }
  const maps = { relations, relationsByName, types, typesByName, children }
  return { ...index, ...maps, catalog, uncertain, cache: new Map() }
}

/** A parent that was undone, or left, may still be one: rows and masks follow it. */
function withParents(relation: Relation, former: Relation | undefined): Relation {
  const parents = new Set([...relation.parents, ...(former?.parents ?? [])])
  return parents.size === relation.parents.length
    ? relation
    : { ...relation, parents: [...parents] }
}

/** In the place of the same relation under the same name, beside all others. */
function put(byName: Map<string, readonly Relation[]>, relation: Relation): void {
  const { id, schema, name } = relation
  const others = (byName.get(name) ?? []).filter(
    (other) => other.id !== id || other.schema !== schema,
  )
  byName.set(name, [...others, relation])
}

function addType(
  types: Map<number, DataType>,
  byName: Map<string, readonly DataType[]>,
  type: DataType,
): void {
  types.set(type.id, type)
  byName.set(type.name, [...(byName.get(type.name) ?? []), type])
}
