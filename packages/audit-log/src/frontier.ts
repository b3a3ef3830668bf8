import { AuditError } from '@wardgate/errors'
import { emptyRoot, hashBytes, nodeHash } from './hash'

/**
 * The right edge of a Merkle tree: the hashes of its complete subtrees, largest first. It is all that appending
 * needs, so the tree itself is never held in memory.
 */
export class Frontier {
  #size: number
  readonly #hashes: Uint8Array[]

  private constructor(size: number, hashes: Uint8Array[]) {
    this.#size = size
    this.#hashes = hashes
  }

  static empty(): Frontier {
    return new Frontier(0, [])
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
    const hashes: Uint8Array[] = []
    for (let at = 0; at < bytes.length; at += hashBytes) {
      hashes.push(bytes.slice(at, at + hashBytes))
    }
    return new Frontier(leaves, hashes)
  }

  get size(): number {
    return this.#size
  }

  /** Appends one leaf by its hash and answers the leaf's index. */
  append(leafHash: Uint8Array): number {
    const index = this.#size
    let hash = leafHash
    // Every trailing one of the old size is a subtree that the new leaf completes.
    for (let rest = index; rest % 2 === 1; rest = (rest - 1) / 2) {
      const left = this.#hashes.pop()
      if (left === undefined) throw new AuditError('ERR_AUDIT_CORRUPT', 'the edge lacks a subtree')
      hash = nodeHash(left, hash)
    }
    this.#hashes.push(hash)
    this.#size = index + 1
    return index
  }

  /** The root of the tree so far (RFC 6962 2.1). */
  root(): Uint8Array {
    let root: Uint8Array | undefined
    for (let i = this.#hashes.length - 1; i >= 0; i--) {
      const left = this.#hashes[i]
      if (left !== undefined) root = root === undefined ? left : nodeHash(left, root)
    }
    return root ?? emptyRoot
  }

  serialise(): Uint8Array {
    const bytes = new Uint8Array(this.#hashes.length * hashBytes)
    this.#hashes.forEach((hash, i) => bytes.set(hash, i * hashBytes))
    return bytes
  }
}

function countOnes(size: number): number {
  let ones = 0
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) ones += rest % 2
  return ones
}
