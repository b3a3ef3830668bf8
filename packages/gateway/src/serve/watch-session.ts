import { AuthError, toGatewayError } from '@wardgate/errors'
import type { ControlSession } from '../ports'
import type { Visit } from './visit'

/** Ends the visit when the control plane kills the session or its credential expires. Returns the way to stop. */
export function watchSession(visit: Visit, { grant, killed }: ControlSession): () => void {
  const { timers, clock } = visit.house
  const kill = () => visit.abort(toGatewayError(killed.reason))
  const expire = () =>
    visit.abort(new AuthError('ERR_AUTH_EXPIRED_TOKEN', 'the credential of this session expired'))
  if (killed.aborted) kill()
  killed.addEventListener('abort', kill)
  const stopTimer =
    grant.expiresAt === 0
      ? () => undefined
      : timers.after(Math.max(0, grant.expiresAt - clock.now()), expire)
  return () => {
    killed.removeEventListener('abort', kill)
    stopTimer()
  }
}
