import type { ClaimMapping } from '../tokens/principal-claims'

/** A registered issuer, as verification needs it. */
export interface Issuer extends ClaimMapping {
  readonly id: string
  readonly name: string
  readonly issuer: string
  readonly audiences: readonly string[]
  readonly algorithms: readonly string[]
  readonly clientId: string
  /** Packed and sealed; null for public clients. */
  readonly clientSecret: Uint8Array | null
  readonly enabled: boolean
  readonly version: number
  readonly createdAt: Date
  readonly updatedAt: Date
}
