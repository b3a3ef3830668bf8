import { FieldCursor, isLengthTag, lengthTag, varintTag } from './field-cursor'
import { SpoolRecord } from './generated/wardgate/v1/ingest'

/** Numbers of SpoolRecord's fields. */
export const spoolField = {
  sequence: 1,
  time: 2,
  spoolCreated: 3,
  intent: 4,
  outcome: 5,
  refused: 6,
  sessionEnded: 7,
  recording: 8,
  loginRefused: 9,
  agentLife: 10,
  sessionStarted: 11,
} as const

/** Entries whose first field is `session_id`. */
const ofSessions = new Set<number>([
  spoolField.intent,
  spoolField.outcome,
  spoolField.refused,
  spoolField.sessionEnded,
  spoolField.recording,
  spoolField.sessionStarted,
])

const tags = {
  spoolId: lengthTag(1),
  records: lengthTag(2),
  sequence: varintTag(spoolField.sequence),
  time: varintTag(spoolField.time),
  sessionId: lengthTag(1),
} as const

/** One record of a serialised IngestRequest: where it lies, and what is read of it ahead of all the rest. */
export class EncodedRecord {
  /** The whole request. */
  readonly bytes: Buffer
  readonly #start: number
  readonly #end: number
  readonly sequence: number
  /** Unix microseconds; exact when it is a safe integer. */
  readonly time: number
  /** Number of the entry's field in SpoolRecord; 0 = it has none. */
  readonly entryField: number
  /** Empty for entries that are of no session. */
  readonly sessionId: string
  readonly entryStart: number
  readonly entryEnd: number

  /** The cursor serves many records. */
  constructor(bytes: Buffer, start: number, end: number, cursor: FieldCursor) {
    this.bytes = bytes
    this.#start = start
    this.#end = end
    let [sequence, time, entryField, entryStart, entryEnd] = [0, 0, 0, 0, 0]
    cursor.enter(start, end)
    while (!cursor.isAtEnd) {
      const tag = cursor.varint()
      if (tag === tags.sequence) sequence = cursor.varint()
      else if (tag === tags.time) time = cursor.varint()
      else if (isEntry(tag)) {
        entryField = tag >>> 3
        entryStart = cursor.span()
        entryEnd = cursor.position
      } else cursor.skip(tag)
    }
    this.sequence = sequence
    this.time = time
    this.entryField = entryField
    this.entryStart = entryStart
    this.entryEnd = entryEnd
    cursor.enter(entryStart, entryEnd)
    this.sessionId =
      ofSessions.has(entryField) && cursor.takes(tags.sessionId) ? cursor.latin1() : ''
  }

  /** As it lies in the agent's spool: the same bytes however often it is sent. */
  get encoded(): Uint8Array {
    return this.bytes.subarray(this.#start, this.#end)
  }

  /** Throws when the bytes are no record. */
  decode(): SpoolRecord {
    return SpoolRecord.decode(this.encoded)
  }
}

const firstEntry = lengthTag(spoolField.spoolCreated)

function isEntry(tag: number): boolean {
  return tag >= firstEntry && isLengthTag(tag)
}

/** Takes a serialised IngestRequest apart without decoding its records: as objects they take many times the room. */
export function splitIngestRequest(request: Uint8Array): {
  readonly spoolId: string
  readonly records: readonly EncodedRecord[]
} {
  const bytes = Buffer.from(request.buffer, request.byteOffset, request.byteLength)
  const cursor = new FieldCursor(bytes)
  const head = new FieldCursor(bytes)
  const records: EncodedRecord[] = []
  let spoolId = ''
  while (!cursor.isAtEnd) {
    if (cursor.takes(tags.records)) {
      const start = cursor.span()
      records.push(new EncodedRecord(bytes, start, cursor.position, head))
    } else if (cursor.takes(tags.spoolId)) spoolId = cursor.latin1()
    else cursor.skip(cursor.varint())
  }
  return { spoolId, records }
}
