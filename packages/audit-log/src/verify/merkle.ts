import { hash } from 'node:crypto'

/** RFC 6962 2.1: SHA-256(0x00 || leaf), the leaf as UTF-8. */
export function leafHash(leaf: string): Uint8Array {
  return hash('sha256', '\0' + leaf, 'buffer')
}

/** RFC 6962 2.1: SHA-256(0x01 || left || right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return hash('sha256', Buffer.concat([Buffer.of(1), left, right]), 'buffer')
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}

interface Node {
  readonly level: number
  readonly hash: Uint8Array
}

/** Rebuilds the root of a tree from its leaves and subtrees, taken from left to right. */
export class TreeBuilder {
  readonly #nodes: Node[] = []
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Adds a complete subtree of 2^level leaves; false when it cannot come here in any tree. */
  add(level: number, hash: Uint8Array): boolean {
    if (this.#size % 2 ** level !== 0) return false
    let node: Node = { level, hash }
    for (let left = this.#nodes.at(-1); left?.level === node.level; left = this.#nodes.at(-1)) {
      this.#nodes.pop()
      node = { level: node.level + 1, hash: nodeHash(left.hash, node.hash) }
    }
    this.#nodes.push(node)
    this.#size += 2 ** level
    return true
  }

  root(): Uint8Array {
    let root: Uint8Array | undefined
    for (const node of [...this.#nodes].reverse()) {
      root = root === undefined ? node.hash : nodeHash(node.hash, root)
    }
    return root ?? hash('sha256', '', 'buffer')
  }
}
