import type { Attempt, StepResult } from './attempt'
import { allowed } from './allowed'
import { auditUnavailable } from './refuse'
import { denial } from './attempt'

/** No audit, no traffic: what cannot be recorded does not run. */
export function writeIntent(attempt: Attempt): StepResult {
  const { spool, session, log } = attempt.context
  const { verdict } = allowed(attempt)
  try {
    spool.append({
      kind: 'intent',
      sessionId: session.grant.sessionId,
      operationId: attempt.operationId,
      operation: attempt.operation,
      verdict,
      fromMemo: attempt.fromMemo,
    })
  } catch (caught) {
    const error = auditUnavailable(caught)
    log.error({ operationId: attempt.operationId, err: error }, 'intent not recorded')
    return denial(attempt, error)
  }
  return undefined
}
