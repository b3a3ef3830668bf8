import type { Session } from '../sessions/session'

/** What a decision reads of a session; `explain` makes one up. */
export type DecisionSession = Pick<
  Session,
  | 'id'
  | 'principal'
  | 'connection'
  | 'target'
  | 'database'
  | 'candidates'
  | 'schema'
  | 'claimed'
  | 'fulfils'
>
