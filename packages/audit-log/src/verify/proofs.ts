import { equal, nodeHash } from './merkle'

/** RFC 9162 2.1.3.2: whether the leaf hash stands at `index` in the tree of `size` leaves with this root. */
export function verifyInclusion(
  leaf: Uint8Array,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size)) return false
  if (index < 0 || index >= size) return false
  let [node, last] = [index, size - 1]
  let hash = leaf
  for (const sibling of proof) {
    if (last === 0) return false
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash)
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)]
    } else {
      hash = nodeHash(hash, sibling)
    }
    ;[node, last] = [Math.floor(node / 2), Math.floor(last / 2)]
  }
  return last === 0 && equal(hash, root)
}

/** RFC 9162 2.1.4.2: whether the tree of `oldSize` leaves is a beginning of the tree of `newSize`. */
export function verifyConsistency(
  oldSize: number,
  newSize: number,
  oldRoot: Uint8Array,
  newRoot: Uint8Array,
  proof: readonly Uint8Array[],
): boolean {
  if (!Number.isSafeInteger(oldSize) || !Number.isSafeInteger(newSize)) return false
  if (oldSize < 0 || oldSize > newSize) return false
  // Every tree begins with the empty one, whose root the checkpoint's own check has compared.
  if (oldSize === 0) return proof.length === 0
  if (oldSize === newSize) return proof.length === 0 && equal(oldRoot, newRoot)
  let [node, last] = [oldSize - 1, newSize - 1]
  while (node % 2 === 1) [node, last] = [(node - 1) / 2, Math.floor(last / 2)]
  // An old tree that is one complete subtree begins the path itself and is left out of the proof.
  const path = node === 0 ? [oldRoot, ...proof] : [...proof]
  const seed = path.shift()
  if (seed === undefined) return false
  let [oldHash, newHash] = [seed, seed]
  for (const sibling of path) {
    if (last === 0) return false
    if (node % 2 === 1 || node === last) {
      oldHash = nodeHash(sibling, oldHash)
      newHash = nodeHash(sibling, newHash)
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)]
    } else {
      newHash = nodeHash(newHash, sibling)
    }
    ;[node, last] = [Math.floor(node / 2), Math.floor(last / 2)]
  }
  return last === 0 && equal(oldHash, oldRoot) && equal(newHash, newRoot)
}
