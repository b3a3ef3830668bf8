import { hash } from 'node:crypto'
import { InternalError } from '@wardgate/errors'
import { maxLeafBytes } from './entry'
import { hashBytes } from './hash'

/** Bytes of the length before each leaf. */
const lengthBytes = 2

export interface PackedLeaves {
  /** Each behind its length in 16 bits, big-endian: a C2SP tlog-tiles entry bundle. */
  readonly leaves: Buffer
  /** RFC 6962 leaf hashes, one after another. */
  readonly leafHashes: Buffer
  readonly count: number
}

/** Writes leaves one after another and hashes each where it lies. One packer serves many packs. */
export class LeafPacker {
  #leaves: Buffer = Buffer.allocUnsafe(64 * 1024)
  #leafHashes: Buffer = Buffer.allocUnsafe(256 * hashBytes)
  #at = 0
  #count = 0

  get count(): number {
    return this.#count
  }

  /** Of the leaves so far, their lengths included. */
  get bytes(): number {
    return this.#at
  }

  add(leaf: string): void {
    const start = this.#at + lengthBytes
    // At most three bytes a UTF-16 code unit.
    this.#leaves = grown(this.#leaves, start + leaf.length * 3, this.#at)
    this.#leafHashes = grown(
      this.#leafHashes,
      (this.#count + 1) * hashBytes,
      this.#count * hashBytes,
    )
    const length = this.#leaves.write(leaf, start)
    if (length > maxLeafBytes)
      throw new InternalError(`an entry longer than ${maxLeafBytes} bytes cannot be packed`)
    // RFC 6962 2.1 hashes a leaf behind a zero byte, which the length's place holds until then.
    this.#leaves[start - 1] = 0
    const digest = hash('sha256', this.#leaves.subarray(start - 1, start + length), 'binary')
    this.#leafHashes.write(digest, this.#count * hashBytes, 'latin1')
    this.#leaves.writeUInt16BE(length, this.#at)
    this.#at = start + length
    this.#count += 1
  }

  /** What was added since the last time. */
  take(): PackedLeaves {
    const packed = {
      leaves: Buffer.from(this.#leaves.subarray(0, this.#at)),
      leafHashes: Buffer.from(this.#leafHashes.subarray(0, this.#count * hashBytes)),
      count: this.#count,
    }
    this.clear()
    return packed
  }

  clear(): void {
    this.#at = 0
    this.#count = 0
  }
}

function grown(buffer: Buffer, needed: number, used: number): Buffer {
  if (needed <= buffer.length) return buffer
  const larger = Buffer.allocUnsafe(Math.max(needed, buffer.length * 2))
  buffer.copy(larger, 0, 0, used)
  return larger
}

export function packLeaves(leaves: readonly string[]): PackedLeaves {
  const packer = new LeafPacker()
  for (const leaf of leaves) packer.add(leaf)
  return packer.take()
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
