import { crc32 } from 'node:zlib'

/**
 * A record on disk: `uint32 length, uint32 crc32(payload), payload`, little-endian; the payload is a
 * wardgate.v1.SpoolRecord whose first field is its sequence number.
 */
export const frameHeaderBytes = 8

/** One record; a recording chunk is the largest. */
export const maximumRecordBytes = 4 << 20

/** How far ahead of the expected sequence a frame may be and still count as evidence of a damaged middle. */
const scanWindow = 1_000_000

export interface Frame {
  readonly payload: Buffer
  /** Where the next frame starts. */
  readonly end: number
}

/** The frame at `offset`, or undefined when the bytes there are not a whole, undamaged frame. */
export function frameAt(bytes: Buffer, offset: number, sequence: number): Frame | undefined {
  const frame = anyFrameAt(bytes, offset)
  return frame !== undefined && sequenceOf(frame.payload) === sequence ? frame : undefined
}

/** Whether any undamaged later record starts behind `offset`: then the damage is not a torn tail. */
export function hasFrameBehind(bytes: Buffer, offset: number, sequence: number): boolean {
  for (let at = offset; at + frameHeaderBytes < bytes.length; at += 1) {
    if (bytes[at + frameHeaderBytes] !== sequenceTag) continue
    const length = bytes.readUInt32LE(at)
    if (length === 0 || at + frameHeaderBytes + length > bytes.length) continue
    const found = sequenceOf(bytes.subarray(at + frameHeaderBytes))
    if (found < sequence || found > sequence + scanWindow) continue
    if (anyFrameAt(bytes, at) !== undefined) return true
  }
  return false
}

function anyFrameAt(bytes: Buffer, offset: number): Frame | undefined {
  if (offset + frameHeaderBytes > bytes.length) return undefined
  const length = bytes.readUInt32LE(offset)
  const end = offset + frameHeaderBytes + length
  if (length === 0 || length > maximumRecordBytes || end > bytes.length) return undefined
  const payload = bytes.subarray(offset + frameHeaderBytes, end)
  return crc32(payload) === bytes.readUInt32LE(offset + 4) ? { payload, end } : undefined
}

const sequenceTag = 0x08

/** Field 1 of the record; 0 when the payload does not begin with it. */
function sequenceOf(payload: Buffer): number {
  if (payload[0] !== sequenceTag) return 0
  let value = 0
  let scale = 1
  for (let at = 1; at < Math.min(payload.length, 9); at += 1) {
    const byte = payload[at] ?? 0
    value += (byte & 127) * scale
    if (byte < 128) return value
    scale *= 128
  }
  return 0
}
