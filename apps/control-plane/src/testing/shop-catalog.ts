import { Catalog, RelationKind, SqlEngine } from '@wardgate/contract'

/** A target with one table, as an agent reports it. */
export function shopCatalog(): Catalog {
  const catalog: Catalog = {
    engine: SqlEngine.SQL_ENGINE_POSTGRESQL,
    serverVersion: 180004,
    defaultSearchPath: ['public'],
    relations: [
      {
        id: 16400,
        schema: 'public',
        name: 'customers',
        kind: RelationKind.RELATION_KIND_TABLE,
        columns: [
          { number: 1, name: 'id', typeId: 23, generated: '' },
          { number: 2, name: 'card_number', typeId: 25, generated: '' },
        ],
        definition: '',
        parents: [],
        calls: [],
        hasRules: false,
        hasRowSecurity: false,
        estimatedRows: 10,
      },
    ],
    routines: [],
    types: [],
    operators: [],
    casts: [],
    eventTriggers: [],
  }
  // As it looks after a message: the digest is over these bytes.
  return Catalog.decode(Catalog.encode(catalog).finish())
}
