import type { History } from './history'
import { equal, TreeBuilder } from './merkle'
import type { Findings } from './report'

/** Rebuilds the tree from a run of entries and what stands left and right of it, and compares it with checkpoints. */
export class RangeCheck {
  readonly #tree = new TreeBuilder()
  readonly #findings: Findings
  readonly #history: History
  readonly #size: number
  readonly #right: readonly Uint8Array[]
  /** Where the tree was last known to be right. */
  #good: number
  #passed: number[] = []
  readonly end: number

  constructor(
    range: {
      readonly first: number
      readonly end: number
      readonly left: readonly Uint8Array[]
      readonly right: readonly Uint8Array[]
    },
    size: number,
    history: History,
    findings: Findings,
  ) {
    this.#findings = findings
    this.#history = history
    this.#size = size
    this.#right = range.right
    this.#good = range.first
    this.end = range.end
    if (range.end > size) findings.problem({ message: `a range ends beyond the log of ${size}` })
    if (!addSubtrees(this.#tree, range.first, range.left)) {
      findings.problem({ message: `the hashes left of entry ${range.first} are not of its tree` })
    }
  }

  /** The index of the entry that has to come next. */
  get next(): number {
    return this.#tree.size
  }

  add(leafHash: Uint8Array): void {
    this.#tree.add(0, leafHash)
    const size = this.#tree.size
    const checkpoint = this.#history.at(size)
    if (checkpoint === undefined || size === this.#size) return
    if (equal(this.#tree.root(), checkpoint.root)) {
      this.#good = size
      this.#passed.push(size)
    } else this.#blame(size)
  }

  finish(): void {
    if (this.#tree.size !== this.end) {
      const message = `the entries ${this.#tree.size} to ${this.end - 1} are missing`
      this.#findings.problem({ record: this.#tree.size, message })
      return
    }
    const root = this.#history.at(this.#size)?.root
    const fits = addSubtrees(this.#tree, this.#size, this.#right)
    if (root === undefined || !fits || !equal(this.#tree.root(), root)) this.#blame(this.end)
    else for (const size of this.#passed) this.#history.link(size, this.#size)
  }

  #blame(end: number): void {
    const which =
      end - this.#good === 1
        ? `entry ${this.#good} is`
        : `one of the entries ${this.#good} to ${end - 1} is`
    const message = `${which} not what was logged, or the hashes beside are not: the root differs`
    this.#findings.problem({ record: this.#good, message })
    this.#good = end
  }
}

/** Adds complete subtrees up to `end`, each as large as its place allows. */
function addSubtrees(tree: TreeBuilder, end: number, hashes: readonly Uint8Array[]): boolean {
  let used = 0
  while (tree.size < end) {
    const hash = hashes[used++]
    if (hash === undefined) return false
    let level = 0
    while (tree.size % 2 ** (level + 1) === 0 && tree.size + 2 ** (level + 1) <= end) level++
    if (!tree.add(level, hash)) return false
  }
  return used === hashes.length
}
