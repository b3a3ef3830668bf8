import { createHash } from 'node:crypto'
import type { EncodedRecord } from '@wardgate/contract'

/** How far a spool was taken in. */
export interface SpoolPosition {
  readonly acknowledged: number
  /** Of the record with that number; undefined = there is none, or it is older than digests are. */
  readonly digest: string | undefined
}

/** What a batch is to a position. */
export type Continuation =
  | { readonly kind: 'continues'; readonly fresh: readonly EncodedRecord[] }
  | { readonly kind: 'gap'; readonly at: number }
  | { readonly kind: 'forked'; readonly at: number }

/**
 * Two processes that go on with one spool, such as a copy of an agent's state, write other records under the same
 * numbers. An agent sends in order, and from the last record on of which it was told that it is held. So one that was
 * overtaken by another process sends its own record at the position before any behind it: there the two are told apart.
 */
export function continuationOf(
  { acknowledged, digest }: SpoolPosition,
  records: readonly EncodedRecord[],
): Continuation {
  const held = records.find(({ sequence }) => sequence === acknowledged)
  if (held !== undefined && digest !== undefined && digestOf(held) !== digest)
    return { kind: 'forked', at: acknowledged }
  const fresh = records.filter(({ sequence }) => sequence > acknowledged)
  const gap = fresh.find(({ sequence }, at) => sequence !== acknowledged + 1 + at)
  return gap === undefined ? { kind: 'continues', fresh } : { kind: 'gap', at: gap.sequence }
}

export function digestOf({ encoded }: EncodedRecord): string {
  return createHash('sha256').update(encoded).digest('hex')
}
