import { findTypes, type CatalogIndex } from '../names/catalog-index'
import { serials } from '../names/serials'
import { list, nameParts, type Tree } from '../tree'

/** The type that a definition names; 0 = it is not known, and fits everything. */
export function typeIdOf(
  typeName: Tree,
  index: CatalogIndex,
  searchPath: readonly string[] | undefined,
): number {
  const parts = nameParts(list(typeName, 'names'))
  const written = parts.at(-1) ?? ''
  const name = parts.length === 1 ? (serials[written] ?? written) : written
  const schema = parts.length > 1 ? (parts[0] ?? '') : ''
  const [found, ...others] = findTypes(index, searchPath, schema, name)
  if (found === undefined || others.length > 0) return 0
  if (list(typeName, 'arrayBounds').length === 0) return found.id
  return index.catalog.types.find(({ elementId }) => elementId === found.id)?.id ?? 0
}
