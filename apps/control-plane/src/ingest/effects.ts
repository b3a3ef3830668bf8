import type { NewSegment } from '../audit/segment'
import type { NewOperation, OperationEnd, RecordEffect } from './records/ingested-record'

export type Chunk = Extract<RecordEffect, { kind: 'chunk' }> & { readonly sessionId: string }
export type Ended = Extract<RecordEffect, { kind: 'ended' }> & { readonly sessionId: string }

/** An operation that needs a row, with its outcome when that came in the same batch. */
export interface UntoldOperation {
  readonly operation: NewOperation
  readonly end: OperationEnd | undefined
}

/** What records of a spool come to, all of which is stored or nothing. */
export interface Effects {
  readonly segments: readonly NewSegment[]
  /** Those whose outcome is still to come or in a later segment, and those whose entry had to be cut. */
  readonly operations: readonly UntoldOperation[]
  /** By session, those without a row included. */
  readonly counts: ReadonlyMap<string, number>
  /** Outcomes whose operations came in earlier batches. */
  readonly ends: readonly OperationEnd[]
  readonly sessions: readonly Ended[]
  readonly chunks: readonly Chunk[]
}
