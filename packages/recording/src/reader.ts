import { inflateRawSync } from 'node:zlib'
import {
  corrupt,
  eventType,
  noDigest,
  parseChunk,
  type Chunk,
  type ChunkHeader,
  type FramePart,
} from './format'

export type RecordingEvent =
  | {
      readonly kind: 'in' | 'out'
      /** Absent where the stream says by itself what begins where, and in recordings that are older than it. */
      readonly part?: FramePart
      /** Microseconds since the recording began. */
      readonly micros: number
      /** Long records come as several events of one time. */
      readonly bytes: Uint8Array
    }
  | {
      /** The client's terminal is of this size from here on. */
      readonly kind: 'size'
      readonly micros: number
      readonly columns: number
      readonly rows: number
    }
  /** What follows is of this operation; '' = of none. */
  | { readonly kind: 'mark'; readonly micros: number; readonly operationId: string }

export interface ReadOptions {
  /** Accepts that the last chunk is still to come: the session runs. */
  readonly open?: boolean
  /** Begins here instead of with chunk 0; what came before is then not checked. */
  readonly firstIndex?: number
}

/**
 * What was recorded, in order. Chunks are checked as they are read: throws AuditError ERR_AUDIT_CORRUPT at the first
 * that is altered, missing, doubled, out of order or of another recording, and when the end is missing.
 */
export function* readRecording(
  rawChunks: Iterable<Uint8Array>,
  options: ReadOptions = {},
): Generator<RecordingEvent, void, undefined> {
  for (const chunk of readChunks(rawChunks, options)) yield* eventsOf(chunk)
}

/** The chunks themselves, checked as `readRecording` does, payloads unread. */
export function* readChunks(
  rawChunks: Iterable<Uint8Array>,
  { open = false, firstIndex = 0 }: ReadOptions = {},
): Generator<Chunk, void, undefined> {
  let previous: Chunk | undefined
  for (const rawChunk of rawChunks) {
    const chunk = parseChunk(rawChunk)
    if (previous === undefined) refuseAsFirst(chunk, firstIndex)
    else refuseAsNext(chunk, previous)
    yield chunk
    previous = chunk
  }
  if (!open && previous?.last !== true) {
    const next = previous === undefined ? firstIndex : previous.index + 1
    throw corrupt(`it has no end: chunk ${next} is missing, or the session still runs`)
  }
}

function refuseAsFirst(chunk: Chunk, firstIndex: number): void {
  if (chunk.index !== firstIndex) throw corrupt(`chunk ${firstIndex} is missing`)
  if (chunk.index === 0 && !Buffer.from(noDigest).equals(chunk.previousDigest)) {
    throw corrupt('chunk 0 claims to follow another')
  }
}

function refuseAsNext(chunk: Chunk, previous: Chunk): void {
  if (previous.last) throw corrupt(`chunk ${chunk.index} follows the last chunk`)
  const expected = previous.index + 1
  if (chunk.index > expected) throw corrupt(`chunk ${expected} is missing`)
  if (chunk.index < expected) throw corrupt(`chunk ${chunk.index} is doubled or out of order`)
  const sameRecording =
    chunk.sessionId === previous.sessionId &&
    chunk.protocol === previous.protocol &&
    chunk.startedAtMicros === previous.startedAtMicros &&
    chunk.firstMicros >= previous.lastMicros
  if (!sameRecording || !Buffer.from(previous.digest).equals(chunk.previousDigest)) {
    throw corrupt(`chunk ${chunk.index} does not follow chunk ${previous.index}`)
  }
}

function* eventsOf(chunk: Chunk): Generator<RecordingEvent, void, undefined> {
  const raw = inflate(chunk)
  let at = 0
  let micros = chunk.firstMicros
  const varint = () => {
    let [value, scale] = [0, 1]
    for (;;) {
      const byte = raw[at++]
      if (byte === undefined || scale > 2 ** 49) throw malformed(chunk)
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      scale *= 0x80
    }
  }
  for (let i = 0; i < chunk.events; i++) {
    const type = raw[at++]
    micros += varint()
    const length = varint()
    if (length > raw.length - at) throw malformed(chunk)
    const bytes = raw.subarray(at, at + length)
    at += length
    const stream = type === undefined ? undefined : streams.get(type)
    if (stream !== undefined) yield { ...stream, micros, bytes }
    else if (type === eventType.mark) yield { kind: 'mark', micros, operationId: bytes.toString() }
    else if (type === eventType.size) yield { kind: 'size', micros, ...sizeOf(bytes, chunk) }
    else throw malformed(chunk)
  }
  if (at !== raw.length || (chunk.events > 0 && micros !== chunk.lastMicros)) throw malformed(chunk)
}

type StreamEvent = Extract<RecordingEvent, { readonly bytes: Uint8Array }>

const streams: ReadonlyMap<number, Pick<StreamEvent, 'kind' | 'part'>> = new Map([
  [eventType.in, { kind: 'in' }],
  [eventType.out, { kind: 'out' }],
  [eventType['in-head'], { kind: 'in', part: 'head' }],
  [eventType['out-head'], { kind: 'out', part: 'head' }],
  [eventType['in-more'], { kind: 'in', part: 'more' }],
  [eventType['out-more'], { kind: 'out', part: 'more' }],
  [eventType['in-message'], { kind: 'in', part: 'message' }],
  [eventType['out-message'], { kind: 'out', part: 'message' }],
])

function sizeOf(bytes: Buffer, chunk: Chunk): { columns: number; rows: number } {
  const { columns, rows } =
    /^(?<columns>\d{1,5})x(?<rows>\d{1,5})$/.exec(bytes.toString('latin1'))?.groups ?? {}
  if (columns === undefined || rows === undefined) throw malformed(chunk)
  return { columns: Number(columns), rows: Number(rows) }
}

function inflate(chunk: Chunk): Buffer {
  if (!chunk.deflated) {
    if (chunk.payload.length !== chunk.rawLength) throw malformed(chunk)
    return chunk.payload
  }
  try {
    const raw = inflateRawSync(chunk.payload, { maxOutputLength: Math.max(chunk.rawLength, 1) })
    if (raw.length === chunk.rawLength) return raw
  } catch {
    // Not deflate, or longer than it says: reported below.
  }
  throw malformed(chunk)
}

function malformed(chunk: Chunk) {
  return corrupt(`the events of chunk ${chunk.index} are malformed`)
}

/** The index of the chunk to begin with to see what happened at `micros`; headers are in order. */
export function chunkAt(headers: readonly ChunkHeader[], micros: number): number {
  let [low, high] = [0, headers.length - 1]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if ((headers[middle]?.lastMicros ?? 0) < micros) low = middle + 1
    else high = middle
  }
  return headers[low]?.index ?? 0
}
