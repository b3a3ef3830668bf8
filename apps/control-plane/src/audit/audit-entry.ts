import type { JsonObject, NewAuditEntry } from '../common/audit-port'

/** Which spool of which agent. */
export interface Spool {
  readonly agentId: string
  readonly spoolId: string
}

/** An entry of an agent's spool: the position proves that none is missing. */
export interface SpoolEntry extends Omit<NewAuditEntry, 'body' | 'principalId'> {
  /** Canonical JSON. */
  readonly body: string
  /** Unix microseconds by the agent's clock. */
  readonly timeMicros: number
  readonly sequence: number
}

/** A leaf that has no place in the tree yet. */
export interface NewLeaf {
  readonly kind: string
  readonly time: string
  readonly leaf: string
  readonly leafHash: Uint8Array
  readonly principalId?: string | undefined
  readonly sessionId?: string | undefined
  readonly operationId?: string | undefined
}

export interface StoredEntry {
  readonly index: number
  readonly kind: string
  readonly time: Date
  readonly principalId: string | null
  readonly sessionId: string | null
  readonly operationId: string | null
  readonly agentId: string | null
  readonly body: JsonObject
  readonly leafHash: string
}
