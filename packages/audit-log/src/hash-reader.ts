import { AuditError } from '@wardgate/errors'
import { Frontier } from './frontier'
import { nodeHash } from './hash'
import { coveringSubtrees, type Subtree } from './subtrees'

/** Where the hashes of complete subtrees come from: tiles, a table, memory. */
export interface HashReader {
  read(subtree: Subtree): Promise<Uint8Array>
}

/** Answers the hashes of leaves [first, end), in order, all of them. */
export type LeafHashSource = (first: number, end: number) => Promise<readonly Uint8Array[]>

/** Leaves that are read at once when a subtree's hash is computed from them. */
const leavesARead = 8_192

/** A reader over leaf hashes alone. What it computed it keeps, so one reader serves many proofs of one tree. */
export function readerOverLeafHashes(source: LeafHashSource): HashReader {
  const known = new Map<string, Uint8Array>()
  return {
    async read({ level, index }) {
      const key = `${level}/${index}`
      const found = known.get(key)
      if (found !== undefined) return found
      const width = 2 ** level
      const hash = await rootOfLeaves(source, index * width, (index + 1) * width)
      if (known.size < maxKnown) known.set(key, hash)
      return hash
    },
  }
}

/** Subtree hashes that one reader keeps; 64 bytes of key and hash each. */
const maxKnown = 65_536

async function rootOfLeaves(source: LeafHashSource, first: number, end: number) {
  const frontier = Frontier.empty()
  for (let at = first; at < end; at += leavesARead) {
    const stop = Math.min(at + leavesARead, end)
    const hashes = await source(at, stop)
    if (hashes.length !== stop - at) {
      throw new AuditError(
        'ERR_AUDIT_CORRUPT',
        `asked for the entries ${at} to ${stop - 1} and got ${hashes.length}`,
      )
    }
    for (const hash of hashes) frontier.append(hash)
  }
  return frontier.root()
}

/** The hash of leaves [first, end) as a tree of their own, where `first` is aligned as in any RFC 6962 proof. */
export async function rangeHash(reader: HashReader, first: number, end: number) {
  let hash: Uint8Array | undefined
  for (const subtree of coveringSubtrees(first, end).reverse()) {
    const left = await reader.read(subtree)
    hash = hash === undefined ? left : nodeHash(left, hash)
  }
  if (hash === undefined) throw new AuditError('ERR_AUDIT_CORRUPT', 'an empty range has no hash')
  return hash
}
