import type { NewLeaf } from './audit-entry'

export interface TreeEdge {
  readonly size: bigint
  readonly frontier: Uint8Array
}

/** Where the tree is stored, by the kind of transaction that it is written in. */
export interface TreeRepository<T> {
  /** The row stays locked until the transaction ends: whoever holds it alone may append. */
  lockTree(tx: T): Promise<TreeEdge>
  /** The leaves from index `first` on. */
  insert(tx: T, first: number, leaves: readonly NewLeaf[]): Promise<void>
  moveTree(tx: T, size: number, frontier: Uint8Array): Promise<void>
}
