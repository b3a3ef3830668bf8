import type { SessionGrant } from '../ports'
import type { Closing } from '../protocol'
import type { Visit } from './visit'

/** The last entry of a session, and its line in the log. */
export function writeEnd(visit: Visit, grant: SessionGrant, closing: Closing): void {
  const { house, log } = visit
  const { reason, error } = closing
  const bytes = visit.bytes()
  if (error) log[error.logLevel]({ reason, err: error, ...bytes }, 'session failed')
  else log.info({ reason, ...bytes }, 'session closed')
  try {
    const errorCode = error?.code ?? ''
    house.spool.append({
      kind: 'session-ended',
      sessionId: grant.sessionId,
      reason,
      errorCode,
      ...bytes,
    })
  } catch (caught) {
    log.error({ err: caught }, 'end of session not recorded')
  }
}
