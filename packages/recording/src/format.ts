import { AuditError } from '@wardgate/errors'
import { hash } from 'node:crypto'

/** Every chunk begins so; the version follows. */
const magic = Buffer.from('WGRC')
const version = 1

const flagDeflated = 1
const flagLast = 2

/** No chunk is larger, so that one fits into any message between agent and control plane. */
export const maxChunkBytes = 65_536
export const digestBytes = 32

const maxNameBytes = 64
const fixedBytes = 74
/** Room that a chunk needs beside its payload, at most. */
export const maxOverheadBytes = fixedBytes + 2 * (1 + maxNameBytes) + digestBytes

/** The digest before the first chunk's. */
export const noDigest: Uint8Array = new Uint8Array(digestBytes)

export const eventType = {
  in: 1,
  out: 2,
  mark: 3,
  size: 4,
  'in-head': 5,
  'out-head': 6,
  'in-more': 7,
  'out-more': 8,
  'in-message': 9,
  'out-message': 10,
} as const

/**
 * Where a stream does not say by itself what begins where: the beginning of a request or an answer, what goes on with
 * one, and a message by itself. What is recorded cannot say it, as it is anybody's bytes.
 */
export type FramePart = 'head' | 'more' | 'message'

/** What the client sent, what it saw, and the size of its terminal as `columns` x `rows`, such as `80x24`. */
export type Recorded = 'in' | 'out' | 'size' | `${'in' | 'out'}-${FramePart}`

/** What a chunk says of itself; enough to find the chunk of a moment without reading payloads. */
export interface ChunkHeader {
  readonly sessionId: string
  readonly protocol: string
  /** Unix microseconds. */
  readonly startedAtMicros: bigint
  /** Counts from 0. */
  readonly index: number
  readonly last: boolean
  /** Microseconds from the start of the recording to the first and the last event of this chunk. */
  readonly firstMicros: number
  readonly lastMicros: number
  readonly events: number
  /** Of the chunk before; it binds the chunks into a chain. */
  readonly previousDigest: Uint8Array
}

export interface Chunk extends ChunkHeader {
  readonly deflated: boolean
  /** Bytes of the payload when inflated. */
  readonly rawLength: number
  readonly payload: Buffer
  /** SHA-256 of everything before it; of the last chunk, the digest of the whole recording. */
  readonly digest: Uint8Array
}

/** What a chunk says of itself beside its names and payload. */
export type ChunkParts = Omit<ChunkHeader, 'sessionId' | 'protocol'> &
  Pick<Chunk, 'deflated' | 'rawLength'>

/*
 * chunk: 'WGRC' | u8 version | u8 flags | u32 index | u64 startedAt | u48 first | u48 last | u32 events
 *        | u32 rawLength | u32 payloadLength | 32 previousDigest | u8 n, sessionId | u8 n, protocol
 *        | payload | 32 SHA-256 of all before
 */

/** Whose recording it is, as every chunk of it says. */
export function encodeNames(sessionId: string, protocol: string): Buffer {
  return Buffer.concat([nameBytes(sessionId), nameBytes(protocol)])
}

/** Where the payload begins in a chunk with these names. */
export function payloadStart(names: Uint8Array): number {
  return fixedBytes + names.length
}

/** Makes a chunk of bytes that hold its payload up to `end`: the head is written before it and the digest behind it. */
export function sealChunk(
  bytes: Buffer,
  end: number,
  names: Uint8Array,
  parts: ChunkParts,
): { data: Buffer; digest: Uint8Array } {
  magic.copy(bytes)
  bytes.writeUInt8(version, 4)
  bytes.writeUInt8((parts.deflated ? flagDeflated : 0) | (parts.last ? flagLast : 0), 5)
  bytes.writeUInt32BE(parts.index, 6)
  bytes.writeBigUInt64BE(parts.startedAtMicros, 10)
  bytes.writeUIntBE(parts.firstMicros, 18, 6)
  bytes.writeUIntBE(parts.lastMicros, 24, 6)
  bytes.writeUInt32BE(parts.events, 30)
  bytes.writeUInt32BE(parts.rawLength, 34)
  bytes.writeUInt32BE(end - payloadStart(names), 38)
  bytes.set(parts.previousDigest, 42)
  bytes.set(names, fixedBytes)
  const digest = hash('sha256', bytes.subarray(0, end), 'buffer')
  bytes.set(digest, end)
  return { data: bytes.subarray(0, end + digestBytes), digest }
}

function nameBytes(name: string): Buffer {
  const bytes = Buffer.from(name)
  if (bytes.length > maxNameBytes) throw corrupt(`'${name}' exceeds ${maxNameBytes} bytes`)
  return Buffer.concat([Buffer.of(bytes.length), bytes])
}

/** One chunk, its own digest checked. Throws AuditError ERR_AUDIT_CORRUPT. */
export function parseChunk(rawChunk: Uint8Array): Chunk {
  const bytes = Buffer.from(rawChunk.buffer, rawChunk.byteOffset, rawChunk.byteLength)
  if (bytes.length < fixedBytes + 2 + digestBytes) throw corrupt('a chunk is cut short')
  if (bytes.length > maxChunkBytes) throw corrupt(`a chunk exceeds ${maxChunkBytes} bytes`)
  if (!bytes.subarray(0, 4).equals(magic)) throw corrupt('these bytes are no recording')
  const index = bytes.readUInt32BE(6)
  const where = `chunk ${index}`
  if (bytes[4] !== version) throw corrupt(`${where} is of version ${bytes.readUInt8(4)}`)
  const digest = bytes.subarray(-digestBytes)
  if (!hash('sha256', bytes.subarray(0, -digestBytes), 'buffer').equals(digest)) {
    throw corrupt(`${where} does not match its digest`)
  }
  const flags = bytes.readUInt8(5)
  if (flags > (flagDeflated | flagLast)) throw corrupt(`${where} has unknown flags`)
  const rawLength = bytes.readUInt32BE(34)
  if (rawLength > maxChunkBytes) throw corrupt(`${where} would inflate to ${rawLength} bytes`)
  const names = namesOf(bytes, where)
  const payload = bytes.subarray(names.end, -digestBytes)
  if (payload.length !== bytes.readUInt32BE(38)) throw corrupt(`${where} has a wrong length`)
  return {
    sessionId: names.sessionId,
    protocol: names.protocol,
    startedAtMicros: bytes.readBigUInt64BE(10),
    index,
    last: (flags & flagLast) !== 0,
    firstMicros: bytes.readUIntBE(18, 6),
    lastMicros: bytes.readUIntBE(24, 6),
    events: bytes.readUInt32BE(30),
    previousDigest: bytes.subarray(42, 42 + digestBytes),
    deflated: (flags & flagDeflated) !== 0,
    rawLength,
    payload,
    digest,
  }
}

function namesOf(bytes: Buffer, where: string) {
  const end = bytes.length - digestBytes
  let at = fixedBytes
  const next = () => {
    const length = bytes[at] ?? 0
    if (length > maxNameBytes || at + 1 + length > end) throw corrupt(`${where} is cut short`)
    const name = bytes.toString('utf8', at + 1, at + 1 + length)
    at += 1 + length
    return name
  }
  const sessionId = next()
  const protocol = next()
  return { sessionId, protocol, end: at }
}

export function corrupt(message: string): AuditError {
  return new AuditError('ERR_AUDIT_CORRUPT', `recording: ${message}`, { retryable: false })
}
