import { AuditError, InternalError } from '@wardgate/errors'
import { canonicalJson, type JsonValue } from './canonical-json'

/** tlog-tiles writes an entry's length in 16 bits, so a longer leaf could never be published. */
export const maxLeafBytes = 65_535

/** One thing that happened. `body` is the kind's own; everything else is the same for every kind. */
export interface AuditEntry {
  readonly version: 1
  /** Dotted words, most general first: `session.opened`, `operation.intent`, `policy.activated`. */
  readonly kind: string
  /** RFC 3339 in UTC with microseconds, by the clock of whoever saw it. */
  readonly time: string
  readonly principalId?: string | undefined
  readonly sessionId?: string | undefined
  readonly operationId?: string | undefined
  /** Present when an agent wrote it: then `spoolId` and `sequence` are too, and prove that none is missing. */
  readonly agentId?: string | undefined
  readonly spoolId?: string | undefined
  /** Counts from 1 within the spool, without gaps: every spool record becomes exactly one entry. */
  readonly sequence?: number | undefined
  readonly body: { readonly [name: string]: JsonValue | undefined }
}

const kindForm = /^[a-z][a-z-]*(?:\.[a-z][a-z-]*)*$/
const timeForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/

/** The leaf: exactly the text that is hashed and stored. Throws when the entry could not be verified later. */
export function encodeEntry(entry: AuditEntry): string {
  if (!kindForm.test(entry.kind))
    throw new InternalError(`'${entry.kind}' is no kind of audit entry`)
  if (!timeForm.test(entry.time))
    throw new InternalError(`'${entry.time}' is no time of an audit entry`)
  const isOfSpool = entry.sequence !== undefined
  if ((entry.agentId !== undefined) !== isOfSpool || (entry.spoolId !== undefined) !== isOfSpool) {
    throw new InternalError('agentId, spoolId and sequence of an audit entry come together')
  }
  if (
    entry.sequence !== undefined &&
    !(Number.isSafeInteger(entry.sequence) && entry.sequence > 0)
  ) {
    throw new InternalError('the sequence of an audit entry counts from 1')
  }
  const leaf = canonicalJson({ ...entry })
  const bytes = Buffer.byteLength(leaf)
  if (bytes > maxLeafBytes) {
    throw new AuditError(
      'ERR_AUDIT_UNAVAILABLE',
      `an audit entry of ${bytes} bytes exceeds the ${maxLeafBytes} bytes that a log entry may have`,
    )
  }
  return leaf
}

/** Entries come in batches of the same second. */
const last = { second: NaN, text: '' }

/** The time of an audit entry from Unix microseconds. */
export function entryTime(unixMicros: number | bigint): string {
  const micros = Number(unixMicros)
  const second = Math.floor(micros / 1_000_000)
  if (second !== last.second) {
    last.text = new Date(second * 1000).toISOString().slice(0, 19)
    last.second = second
  }
  return `${last.text}.${String(micros - second * 1_000_000).padStart(6, '0')}Z`
}
