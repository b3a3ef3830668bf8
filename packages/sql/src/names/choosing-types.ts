import type { DataType } from '../catalog'
import { builtInTypes } from '../functions/built-in-sets'
import { child, list, nameParts, type Tree } from '../tree'
import type { CatalogIndex } from './catalog-index'

/** Their input looks for an object of that name, which whoever asks can have made. */
const namesOfObjects =
  /^reg(?:class|collation|config|dictionary|namespace|oper|operator|proc|procedure|role|type)$/

/** Extensions' base types read a form, as the server's own do; `e` stands for `e_in` and `ein`. */
function isBaseType({ routinesByName }: CatalogIndex, { schema, name, baseId }: DataType): boolean {
  if (baseId !== 0) return false
  const inputs = [`${name}in`, `${name}_in`].flatMap((input) => routinesByName.get(input) ?? [])
  return inputs.some(
    (input) => input.schema === schema && (input.builtIn || input.language === 'c'),
  )
}

/**
 * Whether a type takes some values and no others as its author likes: a domain, an enum, what is made of them, or a name
 * of objects. Whether a masked value becomes one then answers whatever he asks. Unsure = yes.
 */
export function choosesValues(index: CatalogIndex, typeName: Tree): boolean {
  return isChoosing(index, nameParts(list(typeName, 'names')))
}

export function isChoosing(index: CatalogIndex, parts: readonly string[]): boolean {
  const name = parts.at(-1) ?? ''
  if (namesOfObjects.test(name)) return true
  const types = (index.typesByName.get(name) ?? []).filter(({ schema }) => schema !== 'pg_catalog')
  const isServers = builtInTypes.has(name) && (parts.length === 1 || parts[0] === 'pg_catalog')
  if (isServers && types.length === 0) return false
  return types.length === 0 || !types.every((type) => isBaseType(index, type))
}

/** The type that an expression says its value is made into: by itself, or with RETURNING. */
export function writtenType(body: Tree): Tree | undefined {
  const output = child(body, 'output') ?? child(child(body, 'constructor') ?? {}, 'output')
  return child(body, 'typeName') ?? child(output ?? {}, 'typeName')
}
