import { InternalError } from '@wardgate/errors'
import { rangeHash, type HashReader } from './hash-reader'
import { splitPoint } from './subtrees'

/** RFC 6962 2.1.1: the sibling hashes from the leaf up, for a tree of `size` leaves. */
export async function inclusionProof(
  index: number,
  size: number,
  reader: HashReader,
): Promise<Uint8Array[]> {
  if (!(Number.isSafeInteger(size) && index >= 0 && index < size)) {
    throw new InternalError(`there is no entry ${index} in a log of ${size}`)
  }
  const proof: Uint8Array[] = []
  let [first, end] = [0, size]
  // From the root down; the proof lists the siblings from the leaf up.
  while (end - first > 1) {
    const middle = first + splitPoint(end - first)
    const intoLeft = index < middle
    proof.push(await (intoLeft ? rangeHash(reader, middle, end) : rangeHash(reader, first, middle)))
    if (intoLeft) end = middle
    else first = middle
  }
  return proof.reverse()
}

/** RFC 6962 2.1.2: shows that the tree of `oldSize` leaves is a beginning of the tree of `newSize`. */
export async function consistencyProof(
  oldSize: number,
  newSize: number,
  reader: HashReader,
): Promise<Uint8Array[]> {
  if (!(Number.isSafeInteger(newSize) && oldSize >= 0 && oldSize <= newSize)) {
    throw new InternalError(`a log of ${oldSize} entries is no beginning of one of ${newSize}`)
  }
  if (oldSize === 0 || oldSize === newSize) return []
  const proof: Uint8Array[] = []
  let [first, end] = [0, newSize]
  while (oldSize !== end) {
    const middle = first + splitPoint(end - first)
    if (oldSize <= middle) {
      proof.push(await rangeHash(reader, middle, end))
      end = middle
    } else {
      proof.push(await rangeHash(reader, first, middle))
      first = middle
    }
  }
  // The old tree's own right-most subtree is known to the verifier only when it is the whole old tree.
  if (first !== 0) proof.push(await rangeHash(reader, first, end))
  return proof.reverse()
}
