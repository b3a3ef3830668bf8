import { emptyCatalog, type Catalog, type Relation } from '../catalog'

const textType = 25

export function textColumns(names: readonly string[]): Relation['columns'] {
  return names.map((name, at) => ({ number: at + 1, name, typeId: textType }))
}

/** A table of `public`; what a test does not name is ordinary. */
export function madeTable(
  id: number,
  name: string,
  more: Partial<Relation> & Pick<Relation, 'columns'>,
): Relation {
  return {
    id,
    schema: 'public',
    name,
    kind: 'table',
    definition: '',
    parents: [],
    hasRules: more.rules !== undefined,
    hasRowSecurity: false,
    estimatedRows: 1,
    ...more,
  }
}

export function madeCatalog(objects: Partial<Catalog>): Catalog {
  return { ...emptyCatalog, ...objects }
}
