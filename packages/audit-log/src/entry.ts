import { AuditError, InternalError } from '@wardgate/errors'
import { canonicalJson, canonicalString, type JsonValue } from './canonical-json'

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
export function encodeEntry({ body, ...rest }: AuditEntry): string {
  return encodeEntryAround(canonicalJson(body), rest)
}

/** The same around a body that is canonical JSON already, which is the caller's to know. */
export function encodeEntryAround(body: string, entry: Omit<AuditEntry, 'body'>): string {
  checkEntry(entry)
  const { agentId, kind, operationId, principalId, sequence, sessionId, spoolId, time } = entry
  // In the order of canonical JSON (RFC 8785 3.2.3). What is quoted alone has the form that was checked.
  const leaf =
    `{${optional('agentId', agentId)}"body":${body},"kind":"${kind}",` +
    optional('operationId', operationId) +
    optional('principalId', principalId) +
    (sequence === undefined ? '' : `"sequence":${sequence},`) +
    optional('sessionId', sessionId) +
    optional('spoolId', spoolId) +
    `"time":"${time}","version":${entry.version}}`
  checkLength(leaf)
  return leaf
}

function optional(name: string, value: string | undefined): string {
  return value === undefined ? '' : `"${name}":${canonicalString(value)},`
}

function checkEntry({ kind, time, sequence, agentId, spoolId }: Omit<AuditEntry, 'body'>): void {
  if (!kindForm.test(kind)) throw new InternalError(`'${kind}' is no kind of audit entry`)
  if (!timeForm.test(time)) throw new InternalError(`'${time}' is no time of an audit entry`)
  const isOfSpool = sequence !== undefined
  if ((agentId !== undefined) !== isOfSpool || (spoolId !== undefined) !== isOfSpool) {
    throw new InternalError('agentId, spoolId and sequence of an audit entry come together')
  }
  if (sequence !== undefined && !(Number.isSafeInteger(sequence) && sequence > 0)) {
    throw new InternalError('the sequence of an audit entry counts from 1')
  }
}

function checkLength(leaf: string): void {
  // Three bytes a UTF-16 code unit at most: nearly every leaf is short enough without being counted.
  if (leaf.length * 3 <= maxLeafBytes) return
  const bytes = Buffer.byteLength(leaf)
  if (bytes > maxLeafBytes) {
    throw new AuditError(
      'ERR_AUDIT_UNAVAILABLE',
      `an audit entry of ${bytes} bytes exceeds the ${maxLeafBytes} bytes that a log entry may have`,
    )
  }
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
