import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { SpoolRecord } from './generated/wardgate/v1/ingest'

/** One record of a serialised IngestRequest: where it lies, and what is read of it ahead of all the rest. */
export interface EncodedRecord {
  readonly sequence: number
  /** Number of the entry's field in SpoolRecord; 0 = it has none. */
  readonly entryField: number
  /** Empty for entries that are of no session. */
  readonly sessionId: string
  /** Throws when the bytes are no record. */
  decode(): SpoolRecord
}

/** Numbers of SpoolRecord's fields. */
export const spoolField = {
  sequence: 1,
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

/** Takes a serialised IngestRequest apart without decoding its records: as objects they take many times the room. */
export function splitIngestRequest(bytes: Uint8Array): {
  readonly spoolId: string
  readonly records: readonly EncodedRecord[]
} {
  const reader = new BinaryReader(bytes)
  const records: EncodedRecord[] = []
  let spoolId = ''
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag()
    if (field === 1 && type === WireType.LengthDelimited) spoolId = reader.string()
    else if (field === 2 && type === WireType.LengthDelimited) records.push(readHead(reader))
    else reader.skip(type, field)
  }
  return { spoolId, records }
}

function readHead(reader: BinaryReader): EncodedRecord {
  const length = reader.uint32()
  const start = reader.pos
  const end = start + length
  let [sequence, entryField, sessionId] = [0, 0, '']
  while (reader.pos < end) {
    const [field, type] = reader.tag()
    if (field === spoolField.sequence && type === WireType.Varint)
      sequence = Number(reader.uint64())
    else if (field >= spoolField.spoolCreated && type === WireType.LengthDelimited) {
      const entryEnd = reader.uint32() + reader.pos
      entryField = field
      sessionId = ofSessions.has(field) && reader.pos < entryEnd ? readSessionId(reader) : ''
      reader.pos = entryEnd
    } else reader.skip(type, field)
  }
  return {
    sequence,
    entryField,
    sessionId,
    decode() {
      reader.pos = start
      return SpoolRecord.decode(reader, length)
    },
  }
}

function readSessionId(reader: BinaryReader): string {
  const [field, type] = reader.tag()
  return field === 1 && type === WireType.LengthDelimited ? reader.string() : ''
}
