import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { parse, stringify } from 'uuid'

/** `magic[8], spool id[16], uint64 first sequence, uint32 crc32 of the former`, little-endian. */
export const segmentHeaderBytes = 36
const magic = Buffer.from('WGSPOOL\u0001', 'latin1')
const crcAt = segmentHeaderBytes - 4
const firstAt = 24

export interface SegmentHeader {
  readonly spoolId: string
  readonly firstSequence: number
}

/** A segment file; `bytes` is its length on disk. */
export interface Segment {
  readonly path: string
  readonly firstSequence: number
  bytes: number
}

export function encodeSegmentHeader(header: SegmentHeader): Buffer {
  const bytes = Buffer.alloc(segmentHeaderBytes)
  magic.copy(bytes)
  bytes.set(parse(header.spoolId), magic.length)
  bytes.writeBigUInt64LE(BigInt(header.firstSequence), firstAt)
  bytes.writeUInt32LE(crc32(bytes.subarray(0, crcAt)), crcAt)
  return bytes
}

/** Undefined when the bytes are not an undamaged header. */
export function decodeSegmentHeader(bytes: Buffer): SegmentHeader | undefined {
  if (bytes.length < segmentHeaderBytes) return undefined
  if (!bytes.subarray(0, magic.length).equals(magic)) return undefined
  if (crc32(bytes.subarray(0, crcAt)) !== bytes.readUInt32LE(crcAt)) return undefined
  return {
    spoolId: stringify(bytes.subarray(magic.length, firstAt)),
    firstSequence: Number(bytes.readBigUInt64LE(firstAt)),
  }
}

const namePattern = /^(\d{20})\.segment$/

export function segmentPath(folder: string, firstSequence: number): string {
  return join(folder, `${String(firstSequence).padStart(20, '0')}.segment`)
}

/** Segment files of the folder in sequence order, by name alone. */
export function listSegments(folder: string): { path: string; firstSequence: number }[] {
  return readdirSync(folder)
    .filter((name) => namePattern.test(name))
    .sort()
    .map((name) => ({ path: join(folder, name), firstSequence: Number(name.slice(0, 20)) }))
}
