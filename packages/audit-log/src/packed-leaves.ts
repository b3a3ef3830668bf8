import { InternalError } from '@wardgate/errors'
import { maxLeafBytes } from './entry'

/** Bytes of the length before each leaf. */
const lengthBytes = 2

/** Leaves one after another, each behind its length in 16 bits, big-endian: a C2SP tlog-tiles entry bundle. */
export function packLeaves(leaves: readonly string[]): Buffer {
  // At most three bytes a UTF-16 code unit, so that every leaf is looked at once.
  let most = 0
  for (const leaf of leaves) most += lengthBytes + leaf.length * 3
  const packed = Buffer.allocUnsafe(most)
  let at = 0
  for (const leaf of leaves) {
    const length = packed.write(leaf, at + lengthBytes)
    if (length > maxLeafBytes)
      throw new InternalError(`an entry longer than ${maxLeafBytes} bytes cannot be packed`)
    packed.writeUInt16BE(length, at)
    at += lengthBytes + length
  }
  return packed.subarray(0, at)
}

/**
 * As many leaves as were packed. Of bytes that somebody has damaged, what is not there is empty: the hash of an empty
 * leaf is no entry's, so whoever verifies is told which entries are gone.
 */
export function unpackLeaves(bytes: Uint8Array, count: number): string[] {
  const packed = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const leaves: string[] = []
  let at = 0
  while (leaves.length < count) {
    const start = at + lengthBytes
    const end = start <= packed.length ? start + packed.readUInt16BE(at) : Infinity
    const isThere = end <= packed.length
    leaves.push(isThere ? packed.toString('utf8', start, end) : '')
    at = isThere ? end : packed.length
  }
  return leaves
}
