import type { JsonObject } from '../../common/audit-port'

/** One record of a spool, as the control plane understands it. */
export interface IngestedRecord {
  readonly sequence: number
  readonly timeMicros: bigint
  readonly kind: string
  readonly sessionId?: string
  readonly operationId?: string
  /** Canonical JSON. */
  readonly body: string
  readonly effect?: RecordEffect
}

/** What a record changes beside the audit log. */
export type RecordEffect =
  | {
      readonly kind: 'started'
      readonly rawAdmission: Uint8Array
      readonly clientAddress: string
      readonly claimed: Readonly<Record<string, string>>
      readonly at: Date
    }
  | {
      readonly kind: 'intent'
      readonly operation: NewOperation
      /** Whether the entry holds all of the operation that people are shown. */
      readonly isToldInFull: boolean
    }
  | { readonly kind: 'outcome'; readonly outcome: OperationEnd }
  | {
      readonly kind: 'ended'
      readonly reason: string
      readonly bytesIn: bigint
      readonly bytesOut: bigint
    }
  | {
      readonly kind: 'chunk'
      readonly index: number
      readonly data: Uint8Array<ArrayBuffer>
      /** SHA-256 of the data. */
      readonly digest: Buffer
      readonly last: boolean
    }

export type RecordedChunk = Extract<RecordEffect, { kind: 'chunk' }>

export interface NewOperation {
  readonly id: string
  readonly sessionId: string
  readonly operationKind: string
  readonly summary: string
  readonly text: string
  readonly textDigest: string
  readonly textBytes: bigint
  readonly parameters: JsonObject[]
  readonly status: 'forwarded' | 'refused'
  readonly determinedBy: JsonObject[]
  readonly actions: string[]
  readonly approvalId: string
  readonly errorCode: string
  readonly errorMessage: string
  readonly at: Date
}

export interface OperationEnd {
  readonly id: string
  readonly status: string
  readonly completion: string
  readonly rows: bigint
  readonly bytes: bigint
  readonly maskedCells: bigint
  readonly errorCode: string
  readonly errorMessage: string
  readonly durationMicros: bigint
  readonly at: Date
}

/** A record without its place in the spool. */
export type RecordContent = Omit<IngestedRecord, 'sequence' | 'timeMicros'>
