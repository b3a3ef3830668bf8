import { AuditError, toGatewayError, type GatewayError } from '@wardgate/errors'
import type { Denial } from '../protocol'
import { denial, type Attempt } from './attempt'

/**
 * Records the refusal and makes the denial. Fails closed: when it cannot be recorded, the client learns that and
 * not the reason, so that nobody can probe the policy without leaving a trace.
 */
export function refuse(attempt: Attempt, error: GatewayError): Denial {
  const { spool, session, log } = attempt.context
  try {
    spool.append({
      kind: 'refused',
      sessionId: session.grant.sessionId,
      operationId: attempt.operationId,
      operation: attempt.operation,
      code: error.code,
      message: error.message,
      ...(attempt.verdict === undefined ? {} : { verdict: attempt.verdict }),
    })
  } catch (caught) {
    const unrecorded = auditUnavailable(caught)
    log.error({ operationId: attempt.operationId, err: unrecorded }, 'refusal not recorded')
    return denial(attempt, unrecorded)
  }
  log.info({ operationId: attempt.operationId, code: error.code }, 'operation refused')
  return denial(attempt, error)
}

export function auditUnavailable(caught: unknown): GatewayError {
  const error = toGatewayError(caught)
  if (error.code === 'ERR_AUDIT_UNAVAILABLE') return error
  return new AuditError('ERR_AUDIT_UNAVAILABLE', 'the audit spool cannot take this operation', {
    cause: caught,
  })
}
