import type { ControlSession } from '../ports'
import type { Opening } from '../protocol'
import { auditUnavailable } from '../submit/refuse'
import type { Visit } from './visit'

/**
 * The first entry of a session. It lies before its operations' entries in the spool, so whoever is killed after it,
 * agent or control plane, no operation is without a record of whose it was. Fails closed: no entry, no session.
 */
export function writeStart(
  { house, clientAddress }: Visit,
  session: ControlSession,
  { claimed }: Extract<Opening, { kind: 'session' }>,
): void {
  const { sessionId, admission } = session.grant
  try {
    house.spool.append({ kind: 'session-started', sessionId, admission, clientAddress, claimed })
  } catch (caught) {
    session.close('the session could not be recorded')
    throw auditUnavailable(caught)
  }
}
