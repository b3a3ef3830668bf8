import { AuditError } from '@wardgate/errors'
import { emptyRoot, hashBytes, joinHashes, nodeHash, unpackHashes } from './hash'

/** A tree whose size is a safe integer has at most 53 complete subtrees; a new leaf is one more for a moment. */
const mostHashes = 54

/**
 * The right edge of a Merkle tree: the hashes of its complete subtrees, largest first. It is all that appending
 * needs, so the tree itself is never held in memory.
 */
export class Frontier {
  #size = 0
  readonly #hashes = Buffer.alloc(mostHashes * hashBytes)
  /** Of the hashes that count. */
  #bytes = 0

  private constructor(size: number, hashes: Uint8Array) {
    this.#size = size
    this.#hashes.set(hashes)
    this.#bytes = hashes.length
  }

  static empty(): Frontier {
    return new Frontier(0, new Uint8Array(0))
  }

  /** Reads what `serialise` wrote. Throws when the bytes cannot be the edge of a tree of this size. */
  static parse(size: number | bigint, bytes: Uint8Array): Frontier {
    const leaves = Number(size)
    if (!Number.isSafeInteger(leaves) || leaves < 0) {
      throw new AuditError('ERR_AUDIT_CORRUPT', `a log cannot have ${String(size)} entries`)
    }
    const expected = countOnes(leaves) * hashBytes
    if (bytes.length !== expected) {
      throw new AuditError(
        'ERR_AUDIT_CORRUPT',
        `the edge of a log with ${leaves} entries has ${expected} bytes, not ${bytes.length}`,
      )
    }
    return new Frontier(leaves, bytes)
  }

  get size(): number {
    return this.#size
  }

  /** Appends one leaf by its hash and answers the leaf's index. */
  append(leafHash: Uint8Array): number {
    const index = this.#size
    this.#hashes.set(leafHash, this.#bytes)
    // Every trailing one of the old size is a subtree that the new leaf completes.
    for (let rest = index; rest % 2 === 1; rest = (rest - 1) / 2) {
      this.#bytes -= hashBytes
      joinHashes(this.#hashes, this.#bytes)
    }
    this.#bytes += hashBytes
    this.#size = index + 1
    return index
  }

  /** Appends leaves by their hashes, which lie one after another. */
  appendAll(leafHashes: Uint8Array): void {
    for (const leafHash of unpackHashes(leafHashes)) this.append(leafHash)
  }

  /** The root of the tree so far (RFC 6962 2.1). */
  root(): Uint8Array {
    const hashes = unpackHashes(this.serialise())
    return hashes.length === 0
      ? emptyRoot
      : hashes.reduceRight((right, left) => nodeHash(left, right))
  }

  serialise(): Uint8Array {
    return new Uint8Array(this.#hashes.subarray(0, this.#bytes))
  }
}

function countOnes(size: number): number {
  let ones = 0
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) ones += rest % 2
  return ones
}
