/** A complete subtree: 2^level leaves from index * 2^level on. */
export interface Subtree {
  readonly level: number
  readonly index: number
}

/**
 * The fewest complete subtrees that cover [first, end), from left to right. Where the range is the right edge of a
 * tree, folding them from the right gives its hash.
 */
export function coveringSubtrees(first: number, end: number): Subtree[] {
  const subtrees: Subtree[] = []
  let at = first
  while (at < end) {
    let level = 0
    let width = 1
    while (at % (width * 2) === 0 && at + width * 2 <= end) {
      width *= 2
      level++
    }
    subtrees.push({ level, index: at / width })
    at += width
  }
  return subtrees
}

/** The largest power of two smaller than `count` (RFC 6962 2.1: k < n <= 2k). */
export function splitPoint(count: number): number {
  let k = 1
  while (k * 2 < count) k *= 2
  return k
}
