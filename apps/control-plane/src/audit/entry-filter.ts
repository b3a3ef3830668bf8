import type { TimeRange } from '../common/http/time-range'

/** Entries [first, end) of the log. */
export interface Extent {
  readonly first: number
  readonly end: number
}

export interface EntryFilter extends TimeRange {
  readonly kind?: string | undefined
  readonly sessionId?: string | undefined
  readonly principalId?: string | undefined
}
