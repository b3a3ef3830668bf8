import type { PackedLeaves } from '@wardgate/audit-log'

/** What is read to show one entry; an operation whose outcome lies beyond has a row of its own. */
export const longestSegment = 512
/** From here on a segment ends where no operation waits for its outcome: one whose outcome lies beyond needs a row. */
export const longEnoughSegment = 448
/** From where on the next entry begins a segment of its own. */
export const largestSegment = 512 * 1024

/** What agents spooled, without a place in the tree yet: consecutive records of one spool. */
export interface NewSegment {
  readonly agentId: string
  readonly spoolId: string
  readonly firstSequence: number
  readonly packed: PackedLeaves
  readonly search: SegmentSearch
  readonly operations: ToldOperations
}

/** What entries are searched by, told from the leaves. */
export interface SegmentSearch {
  readonly kinds: readonly string[]
  readonly sessionIds: readonly string[]
  readonly principalIds: readonly string[]
  readonly earliest: string
  readonly latest: string
}

/** Of a segment's operations: those that need no row of their own. */
export interface ToldOperations {
  /** Where intent and outcome are among the leaves, 16 bits each, big-endian; both the same for a refused one. */
  readonly places: Uint8Array
  readonly first: string | null
  readonly last: string | null
  readonly statuses: readonly string[]
  /** Null = too many to name. */
  readonly actions: readonly string[] | null
  readonly traceIds: readonly string[]
}
