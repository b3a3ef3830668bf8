import type { Attempt, StepResult } from './attempt'
import { denial } from './attempt'
import { auditUnavailable } from './refuse'

/**
 * Nothing reaches the target before its intent is out of this process; under `before-forward` the intent survives a
 * power cut too.
 */
export function flushIntent(attempt: Attempt): StepResult | Promise<StepResult> {
  const { spool, session } = attempt.context
  const flushed = session.grant.fsync === 'batched' ? spool.written() : spool.durable()
  return flushed === undefined ? undefined : flush(attempt, flushed)
}

async function flush(attempt: Attempt, flushed: Promise<void>): Promise<StepResult> {
  const { signal, log } = attempt.context
  try {
    await flushed
  } catch (caught) {
    const error = auditUnavailable(caught)
    log.error({ operationId: attempt.operationId, err: error }, 'intent not durable')
    cancelIntent(attempt)
    return denial(attempt, error)
  }
  if (signal.aborted) cancelIntent(attempt)
  return undefined
}

/** The intent is written and nothing was forwarded: every intent has an outcome. */
function cancelIntent({ context, operationId }: Attempt): void {
  const { spool, session, log } = context
  try {
    spool.append({
      kind: 'outcome',
      sessionId: session.grant.sessionId,
      operationId,
      outcome: { status: 'cancelled', rows: 0, bytes: 0, maskedCells: 0 },
      durationMicros: 0,
    })
  } catch (error) {
    log.error({ operationId, err: error }, 'outcome not recorded')
  }
}
