import type { CatalogManifest } from '@wardgate/contract'
import type { Access } from '../control/grant'

export interface CatalogPartState {
  /** Changes whenever the part may have changed; cheap to get. */
  readonly fingerprint: string
  /** Lower-case hex SHA-256 over the serialised part; undefined = it holds nothing. */
  readonly digest: string | undefined
  /** It holds text that the target makes of other objects' names, so it can change without its fingerprint. */
  readonly isDerived: boolean
}

/** What is remembered of a database between two readings: not the catalog, only what tells whether it changed. */
export interface CatalogState {
  /** What every part depends on. */
  readonly globals: string
  readonly parts: ReadonlyMap<number, CatalogPartState>
  readonly manifest: CatalogManifest
}

export interface CatalogRequest {
  readonly access: Access
  readonly database: string
  /** Of the last reading: what still holds is not read again. Absent = everything is read. */
  readonly known?: CatalogState
  /** Numbers of parts that are read in any case and delivered. */
  readonly wanted: ReadonlySet<number>
  /** Takes the serialised parts that are wanted, one after the other, as they are now. */
  readonly deliver: (body: Uint8Array) => void
  readonly signal: AbortSignal
}

/** Reads the catalog of one kind of target in parts; undefined when nothing changed and nothing is wanted. */
export type CatalogReader = (request: CatalogRequest) => Promise<CatalogState | undefined>
