import { VerdictMemo } from '../memo/verdict-memo'
import { ScopeKey } from '../memo/scope-key'
import { defaultLimits } from '../limits'
import { CancelRegistry } from '../serve/cancel-registry'
import { SessionGate } from '../session-gate'
import type { SessionContext } from '../session-context'
import { RowBudgets } from '../row-budget/row-budgets'
import { FakeControlPlane } from './fake-control-plane'
import { ManualClock } from './manual-clock'
import { MemoryLog } from './memory-log'
import { MemorySpool } from './memory-spool'

/** A real gate on fakes, for tests of engines alone and of the gate itself. */
export function fakeGate(options: Partial<SessionContext> = {}) {
  const controlPlane = new FakeControlPlane()
  const spool = new MemorySpool()
  const clock = new ManualClock()
  const log = new MemoryLog()
  const cancels = new CancelRegistry()
  const ending = new AbortController()
  const session = options.session ?? controlPlane.session()
  const context: SessionContext = {
    session,
    controlPlane,
    spool,
    memo: new VerdictMemo(),
    scope: new ScopeKey(session.grant),
    rowBudgets: new RowBudgets({ controlPlane, timers: clock, log }),
    clock,
    timers: clock,
    log,
    limits: defaultLimits,
    recorder: undefined,
    signal: ending.signal,
    abort: (error) => ending.abort(error),
    waiting: new Set(),
    unsettled: new Set(),
    ...options,
  }
  const gate = new SessionGate(context, cancels)
  return { gate, context, controlPlane, spool, clock, log, cancels, ending }
}
