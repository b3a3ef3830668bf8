import { ScopeKey } from '../memo/scope-key'
import type { ControlSession } from '../ports'
import type { SessionContext } from '../session-context'
import type { Visit } from './visit'

/** What the submit steps of this session get to see. */
export function contextOf(visit: Visit, session: ControlSession): SessionContext {
  const { house } = visit
  const { controlPlane, spool, memo, rowBudgets, clock, timers, limits, createRecorder } = house
  const { grant } = session
  return {
    session,
    controlPlane,
    spool,
    memo,
    rowBudgets,
    clock,
    timers,
    limits,
    scope: new ScopeKey(grant),
    log: visit.log,
    recorder: createRecorder?.(grant),
    signal: visit.signal,
    abort: visit.abort,
    waiting: new Set(),
    unsettled: new Set(),
  }
}
