import type { JsonObject } from '../../common/audit-port'

/** One record of a spool, as the control plane understands it. */
export interface IngestedRecord {
  readonly sequence: number
  /** Unix microseconds by the agent's clock. */
  readonly timeMicros: number
  readonly kind: string
  readonly sessionId?: string | undefined
  readonly operationId?: string | undefined
  /** Canonical JSON. */
  readonly body: string
  readonly effect?: RecordEffect | undefined
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
  | IntentEffect
  | OutcomeEffect
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

/** An operation: what it is searched by, and the whole of it when it is asked for. */
export interface IntentEffect {
  readonly kind: 'intent'
  readonly id: string
  readonly status: NewOperation['status']
  readonly actions: readonly string[]
  readonly traceId: string | null
  /** Whether the entry holds all of the operation that people are shown. */
  readonly isToldInFull: boolean
  readonly read: () => NewOperation
}

export interface OutcomeEffect {
  readonly kind: 'outcome'
  /** Of the operation. */
  readonly id: string
  readonly status: string
  readonly read: () => OperationEnd
}

export type RecordedChunk = Extract<RecordEffect, { kind: 'chunk' }>

export interface NewOperation {
  readonly id: string
  readonly sessionId: string
  readonly operationKind: string
  readonly summary: string
  readonly text: string
  readonly textDigest: string
  readonly textBytes: number | bigint
  readonly parameters: readonly JsonObject[]
  readonly status: 'forwarded' | 'refused'
  readonly determinedBy: readonly JsonObject[]
  readonly actions: readonly string[]
  readonly approvalId: string
  readonly errorCode: string
  readonly errorMessage: string
  readonly at: Date
}

export interface OperationEnd {
  readonly id: string
  readonly status: string
  readonly completion: string
  readonly rows: number | bigint
  readonly bytes: number | bigint
  readonly maskedCells: number | bigint
  readonly errorCode: string
  readonly errorMessage: string
  readonly durationMicros: number | bigint
  readonly at: Date
}

/** A record without its place in the spool. */
export type RecordContent = Omit<IngestedRecord, 'sequence' | 'timeMicros'>
