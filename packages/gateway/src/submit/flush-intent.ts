import type { Attempt, StepResult } from './attempt'
import { denial } from './attempt'
import { auditUnavailable } from './refuse'

/** Under `before-forward` the intent survives a power cut before the target hears of the operation. */
export function flushIntent(attempt: Attempt): StepResult | Promise<StepResult> {
  return attempt.context.session.grant.fsync === 'batched' ? undefined : flush(attempt)
}

async function flush(attempt: Attempt): Promise<StepResult> {
  const { spool, signal, log } = attempt.context
  try {
    await spool.durable()
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
