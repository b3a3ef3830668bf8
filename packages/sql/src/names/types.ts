import { builtInTypes } from '../functions/built-in-sets'
import { opaque, type Work } from '../lineage/work'
import { list, nameParts, type Tree } from '../tree'

/** A cast to a type that nobody knows can run its input or cast function: then the text is opaque. */
export function noteType(work: Work, typeName: Tree): void {
  const parts = nameParts(list(typeName, 'names'))
  const name = parts.at(-1) ?? ''
  const schema = parts.length > 1 ? parts[0] : undefined
  if (name === '' || (schema === 'pg_catalog' && builtInTypes.has(name))) return
  if (schema === undefined && builtInTypes.has(name)) return
  if (schema === 'information_schema') return
  const types = work.index.typesByName.get(name) ?? []
  const relations = work.index.relationsByName.get(name) ?? []
  const known = [...types, ...relations].some(
    (type) => schema === undefined || type.schema === schema,
  )
  if (!known) opaque(work, `unknown type ${parts.join('.')}`)
}
