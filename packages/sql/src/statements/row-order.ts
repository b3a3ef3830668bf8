import type { Relation } from '../catalog'
import type { Work } from '../lineage/work'
import { child, list, nameParts, text, type Tree } from '../tree'
import { elementNames, named, tell } from './told-columns'

/** Access methods from which rows never come in an order of their own. */
const unordered: ReadonlySet<string> = new Set(['brin', 'gin'])

/**
 * Rows come in the order of an index that is scanned for another reason than the column itself: for a column before it,
 * for its predicate, or because it holds all that is asked for.
 */
export function orderIndex(body: Tree, work: Work): void {
  if (unordered.has(text(body, 'accessMethod'))) return
  const relations = named(child(body, 'relation'), work)
  const keys = list(body, 'indexParams')
  const isAlone = keys.length + list(body, 'indexIncludingParams').length === 1
  const isPartial = child(body, 'whereClause') !== undefined
  if (isAlone && !isPartial && !isKeyOfAny(relations, text(body, 'idxname'))) return
  tell(work, relations, 'order', elementNames(keys))
}

/**
 * The catalog does not say of which columns an index is. One with the name that the target gives to a primary key counts
 * as such, so nothing else may take that name.
 */
export function isKeyOfAny(relations: readonly Relation[], index: string): boolean {
  return relations.some(({ name }) => index === `${name}_pkey`)
}

/** CLUSTER leaves the rows in the order of the index, which every reading shows. */
export function orderByIndex(body: Tree, work: Work): void {
  const relations = named(child(body, 'relation'), work)
  if (!isKeyOfAny(relations, text(body, 'indexname'))) tell(work, relations, 'order')
}

/** An index or a constraint that takes the name of a primary key. */
export function orderByName(body: Tree, work: Work): void {
  if (!/^OBJECT_(?:INDEX|TABCONSTRAINT)$/.test(text(body, 'renameType'))) return
  const [, relname] = /^(.*)_pkey$/.exec(text(body, 'newname')) ?? []
  if (relname !== undefined)
    tell(work, named({ relname }, { ...work, searchPath: undefined }), 'order')
}

/** A key of the whole table is told by what it refuses later anyway; with a column beside it it is also an order. */
export function orderKey(constraint: Tree, relations: readonly Relation[], work: Work): void {
  const keys = nameParts(list(constraint, 'keys'))
  const isKey =
    text(constraint, 'contype') === 'CONSTR_PRIMARY' ||
    isKeyOfAny(relations, text(constraint, 'conname'))
  const isAlone = keys.length + list(constraint, 'including').length === 1
  if (text(constraint, 'indexname') === '') {
    if (isKey || !isAlone) tell(work, relations, 'order', new Set(keys))
  } else if (isKey) tell(work, relations, 'order')
}
