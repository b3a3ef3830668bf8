import type { Catalog } from '@wardgate/contract'
import type { Access } from '../control/grant'

export interface CatalogReading {
  /** Changes whenever the catalog may have changed; cheap to get. */
  readonly fingerprint: string
  readonly catalog: Catalog
}

export interface CatalogRequest {
  readonly access: Access
  readonly database: string
  /** Of the last reading: when it still holds, nothing is read. Absent = read in any case. */
  readonly knownFingerprint?: string
  readonly signal: AbortSignal
}

/** Reads the catalog of one kind of target; undefined when the known fingerprint still holds. */
export type CatalogReader = (request: CatalogRequest) => Promise<CatalogReading | undefined>
