import { columnType, type CatalogIndex } from '../names/catalog-index'
import { isScalar } from '../names/type-kinds'
import { child, flag, list, nameParts, text, unwrap, type Tree } from '../tree'
import { columnReference, derive, nullnessOf, type Value } from './value'

/**
 * A masked column shows as NULL where it is NULL, so asking for just that tells nothing more. Of anything computed from a
 * column NULL can be an answer about its value.
 */

/** Of a row IS NULL asks about each of its fields, which its mask does not show. */
export function asNullTest(value: Value, index: CatalogIndex): Value {
  const isShown = [...value.sources].every((key) => {
    const type = columnType(index, columnReference(key))
    return type !== undefined && isScalar(type)
  })
  return value.kind === 'direct' && isShown ? nullnessOf(value) : derive([value])
}

/** How many values a column has, where no function of the target's own has taken the name. */
export function countsValues(call: Tree, { routinesByName }: CatalogIndex): boolean {
  const names = nameParts(list(call, 'funcname'))
  if (names.at(-1) !== 'count' || flag(call, 'agg_distinct')) return false
  const own = routinesByName.get('count') ?? []
  return own.every(({ schema }) => schema === 'pg_catalog')
}

export function asCounted(value: Value): Value {
  return value.kind === 'direct' && value.fields === undefined ? nullnessOf(value) : value
}

/** `column IS NULL` as it stands: all that an index finds by it are equal. */
export function isNullTest(tree: Tree): boolean {
  const { kind, body } = unwrap(tree)
  const argument = child(body, 'arg')
  return (
    kind === 'NullTest' &&
    text(body, 'nulltesttype') === 'IS_NULL' &&
    argument !== undefined &&
    unwrap(argument).kind === 'ColumnRef'
  )
}
