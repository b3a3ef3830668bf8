/** A database of a connection. */
export interface CatalogKey {
  readonly connectionId: string
  readonly database: string
}
