import { builtInTypes } from '../functions/built-in-sets'
import { derive, nothing, type Value } from '../lineage/value'
import { unknownName, type Work } from '../lineage/work'
import { list, nameParts, type Tree } from '../tree'
import { serials } from './serials'
import { runCastCode } from './type-code'

/**
 * A cast to a type that nobody knows can run its input or cast function: then the text is opaque. `sourceId` = the type
 * that is cast, when it is known. The result is what functions of casts add to the value.
 */
export function noteType(work: Work, typeName: Tree, sourceId?: number): Value {
  const parts = nameParts(list(typeName, 'names'))
  const name = parts.at(-1) ?? ''
  const schema = parts.length > 1 ? parts[0] : undefined
  const isSerial = schema === undefined && Object.hasOwn(serials, name)
  const isBuiltIn =
    isSerial || (builtInTypes.has(name) && (schema === undefined || schema === 'pg_catalog'))
  const isArray = list(typeName, 'arrayBounds').length > 0
  const types = (work.index.typesByName.get(name) ?? []).filter(
    (type) => schema === undefined || type.schema === schema,
  )
  if (name === '' || schema === 'information_schema') return nothing
  if (!isBuiltIn && types.length === 0 && !isRowType(work, schema, name))
    unknownName(work, parts.join('.'), `unknown type ${parts.join('.')}`)
  // Of an array every element is cast, whatever the type of the whole.
  return derive(types.map(({ id }) => runCastCode(work, id, isArray ? undefined : sourceId)))
}

function isRowType({ index }: Work, schema: string | undefined, name: string): boolean {
  const relations = index.relationsByName.get(name) ?? []
  return relations.some((relation) => schema === undefined || relation.schema === schema)
}
