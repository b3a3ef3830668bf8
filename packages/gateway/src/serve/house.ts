import type { GatewayLimits } from '../limits'
import type { VerdictMemo } from '../memo/verdict-memo'
import type { Clock, ControlPlane, CreateRecorder, Dialler, Log, Spool, Timers } from '../ports'
import type { RowBudgets } from '../row-budget/row-budgets'
import type { CancelRegistry } from './cancel-registry'
import type { Counters } from './counters'
import type { PrincipalPlaces } from './principal-places'
import type { HandshakeRoom } from '../logins/handshake-room'
import type { LoginRefusals } from '../logins/login-refusals'

/** What all sockets of one gateway share. */
export interface House {
  readonly controlPlane: ControlPlane
  readonly spool: Spool
  readonly dialler: Dialler
  readonly log: Log
  readonly memo: VerdictMemo
  readonly rowBudgets: RowBudgets
  readonly createRecorder?: CreateRecorder
  readonly limits: GatewayLimits
  readonly clock: Clock
  readonly timers: Timers
  readonly counters: Counters
  readonly principalPlaces: PrincipalPlaces
  readonly cancels: CancelRegistry
  readonly loginRefusals: LoginRefusals
  readonly handshakeRoom: HandshakeRoom
  /** No new sessions. */
  readonly draining: AbortSignal
  /** No sessions. */
  readonly ended: AbortSignal
}
