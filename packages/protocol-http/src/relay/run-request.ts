import type { GatewayError } from '@wardgate/errors'
import type { Exchange } from '../client/exchange'
import type { Visit } from '../client/visit'
import { runMcp } from '../mcp/run-mcp'
import { runUpgrade } from '../websocket/run-upgrade'
import { decideRequest, readRequest } from './decide-request'
import { forward } from './forward'
import type { SessionParts } from './session-parts'

/** One request from its arrival to its answer. Resolves with the error that the whole session has to end with. */
export async function runRequest(
  exchange: Exchange,
  visit: Visit,
  session: SessionParts,
): Promise<GatewayError | undefined> {
  if (exchange.upgrade !== undefined) return runUpgrade(exchange, visit, session)
  if (visit.settings.profile === 'mcp') return runMcp(exchange, visit, session)
  const reading = readRequest(exchange, visit, session)
  const request = reading instanceof Promise ? await reading : reading
  const permitted = await decideRequest(request)
  return permitted === undefined ? undefined : forward(permitted)
}
