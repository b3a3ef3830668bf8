import type { GatewayError } from '@wardgate/errors'
import type { GatewayLimits } from './limits'
import type { ScopeKey } from './memo/scope-key'
import type { VerdictMemo } from './memo/verdict-memo'
import type { OperationPermit } from './permit'
import type { Clock, ControlPlane, ControlSession, Log, Recorder, Spool, Timers } from './ports'
import type { RowBudgets } from './row-budget/row-budgets'
import type { VerdictWait } from './submit/verdict-wait'

/** What the submit steps of one session share. */
export interface SessionContext {
  readonly session: ControlSession
  readonly controlPlane: ControlPlane
  readonly spool: Spool
  readonly memo: VerdictMemo
  readonly scope: ScopeKey
  readonly rowBudgets: RowBudgets
  readonly clock: Clock
  readonly timers: Timers
  readonly log: Log
  readonly limits: GatewayLimits
  readonly recorder: Recorder | undefined
  /** Aborted when the session ends for any reason; its reason is a GatewayError. */
  readonly signal: AbortSignal
  /** Ends the session from inside, such as when an outcome cannot be written. */
  readonly abort: (error: GatewayError) => void
  /** Operations that wait for a verdict or for people. */
  readonly waiting: Set<VerdictWait>
  /** Permits that are out, oldest first. */
  readonly unsettled: Set<OperationPermit>
}
