import { CatalogOutrun } from './facts/catalog-outrun'
import { CatalogUnread } from './facts/catalog-unread'
import type { Reading } from './facts/reading'

/** What a decision would have needed of the target's catalog, and did not find in the stored one. */
export interface Lacks {
  readonly connectionId: string
  readonly database: string
  /** Empty = there is no catalog at all. */
  readonly names: readonly string[]
}

/** Asks the agent of the session to look; resolves when what it found is stored, or in no more than a few seconds. */
export type AskCatalog = (lacks: Lacks) => Promise<void>

export function lacksOf(connectionId: string, { database, unknown = [] }: Reading) {
  return unknown.length === 0 ? {} : { lacks: { connectionId, database, names: unknown } }
}

export function lacksAfter(connectionId: string, error: unknown): { readonly lacks?: Lacks } {
  if (!(error instanceof CatalogUnread || error instanceof CatalogOutrun)) return {}
  return { lacks: { connectionId, database: error.database, names: [] } }
}
