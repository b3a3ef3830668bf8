import { type GatewayError, toGatewayError } from '@wardgate/errors'
import { echoMaskerOf } from '../echo/echo-masker'
import type { Outgoing } from '../upstream/outgoing'
import { send } from '../upstream/send'
import type { PermittedRequest } from './decide-request'
import { outgoingOf } from './outgoing-of'
import { ResponseRelay } from './response'
import type { SessionParts } from './session-parts'

/** Sends a permitted request and shows its answer. Resolves with the error that the session has to end with. */
export async function forward(request: PermittedRequest): Promise<GatewayError | undefined> {
  const { session, permit } = request
  const relay = new ResponseRelay(request)
  const { ending, upstream } = session
  try {
    const made = outgoingOf(request)
    const outgoing = made instanceof Promise ? await made : made
    relay.echo = echoMaskerOf(session.target.credential, outgoing.secrets ?? [])
    const { pool } = upstream
    const sending = send(permit, pool, outgoing, relay)
    relay.attach(sending)
    const end = (reason: GatewayError) => sending.abort(reason)
    ending.listen(end)
    const error = await relay.over
    ending.forget(end)
    if (error?.code === 'ERR_TARGET_LOST') upstream.renew(pool)
    forgetRefusedToken(relay.status, outgoing, session)
    return error
  } catch (caught) {
    relay.failed(toGatewayError(caught))
    return relay.over
  }
}

/** A token that the target no longer takes, before its time: the next request fetches another. */
export function forgetRefusedToken(
  status: number,
  { secrets: [token = ''] = [] }: Outgoing,
  { target, upstream }: SessionParts,
): void {
  const { credential } = target
  if (status !== 401 || credential.kind !== 'oauth-client') return
  upstream.accessTokens.forget(credential, token)
}
