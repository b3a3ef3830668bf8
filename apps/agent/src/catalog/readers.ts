import { readPostgresCatalog } from './postgres/read-catalog'
import type { CatalogReader } from './reader'

/** By protocol name. Protocols without a reader have no catalog. */
export const catalogReaders: Readonly<Record<string, CatalogReader>> = {
  postgres: readPostgresCatalog,
}
