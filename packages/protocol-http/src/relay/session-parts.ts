import type { Gate, Target } from '@wardgate/gateway'
import type { Notice } from '../client/notice'
import type { PooledTarget } from '../upstream/pools'

/** What the requests of one session share. */
export interface SessionParts {
  readonly gate: Gate
  readonly target: Target
  readonly upstream: PooledTarget
  readonly clientHost: string
  readonly signal: AbortSignal
  /** Given when the signal aborts. */
  readonly ending: Notice
  /** Aborted when nothing more that the client sends can be read. */
  readonly unreadable: AbortSignal
}
