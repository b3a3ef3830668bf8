import { ProtocolError, SessionError, toGatewayError, type GatewayError } from '@wardgate/errors'
import { WebSocketServer, type WebSocket } from 'ws'
import type { Exchange } from '../client/exchange'
import type { Visit } from '../client/visit'
import { echoMaskerOf } from '../echo/echo-masker'
import { problemOf } from '../errors'
import { answerProblem } from '../relay/answer-problem'
import { decideRequest, readRequest, type PermittedRequest } from '../relay/decide-request'
import { forgetRefusedToken } from '../relay/forward'
import { outgoingOf } from '../relay/outgoing-of'
import type { SessionParts } from '../relay/session-parts'
import { valueOf } from '../wire/fields'
import { MAX_WEBSOCKET_MESSAGE_BYTES } from '../wire/limits'
import { openUpstream } from './open-upstream'
import { MessageRelay } from './relay-messages'
import { protocolsIn } from './subprotocols'

/** https://datatracker.ietf.org/doc/html/rfc6455#section-4.2.1 */
const webSocketVersion = '13'
const key = /^[A-Za-z0-9+/]{22}==$/

/** An upgrade to WebSocket: a request like any other, then messages, each of them judged. */
export async function runUpgrade(
  exchange: Exchange,
  visit: Visit,
  session: SessionParts,
): Promise<GatewayError | undefined> {
  refuseOtherUpgrades(exchange)
  protocolsIn(exchange.fields)
  const request = await readRequest(exchange, visit, session)
  const permitted = await decideRequest(request)
  return permitted === undefined ? undefined : relayMessages(permitted)
}

function refuseOtherUpgrades({ method, version, fields }: Exchange): void {
  const isWebSocket =
    method === 'GET' &&
    valueOf(fields, 'upgrade')?.toLowerCase() === 'websocket' &&
    valueOf(fields, 'sec-websocket-version') === webSocketVersion &&
    // Streams of HTTP/2 have none: https://datatracker.ietf.org/doc/html/rfc8441#section-5
    (version === 2 || key.test(valueOf(fields, 'sec-websocket-key') ?? ''))
  if (!isWebSocket)
    throw new ProtocolError('ERR_PROTOCOL_UNSUPPORTED', 'the only upgrade is to WebSocket 13')
}

async function relayMessages(request: PermittedRequest): Promise<GatewayError | undefined> {
  const { permit } = request
  let relay: MessageRelay
  try {
    relay = await open(request)
  } catch (caught) {
    const error = toGatewayError(caught)
    const failure = { code: error.code, message: error.message }
    permit.settle({ status: 'failed', rows: 0, bytes: 0, maskedCells: 0, error: failure })
    answerProblem(request, problemOf(error, { operationId: permit.operationId }), { close: true })
    return undefined
  }
  const { signal } = request.session
  const aborted = () => relay.end(toGatewayError(signal.reason))
  signal.addEventListener('abort', aborted)
  if (signal.aborted) aborted()
  const { bytes, messages, maskedCells } = await relay.over
  signal.removeEventListener('abort', aborted)
  permit.settle({ status: 'succeeded', completion: '101', rows: messages, bytes, maskedCells })
  return undefined
}

async function open(request: PermittedRequest): Promise<MessageRelay> {
  const { exchange, permit, session, visit, operation } = request
  const { connectMillis } = visit.settings.upstream
  const outgoing = await outgoingOf(request)
  const echo = echoMaskerOf(session.target.credential, outgoing.secrets ?? [])
  const upstream = await openUpstream(permit, session.target, outgoing, {
    millis: connectMillis,
    signal: exchange.gone.signal,
    refused: (status) => forgetRefusedToken(status, outgoing, session),
  })
  const client = openClientSide(exchange, upstream.protocol)
  if (client === undefined) {
    upstream.terminate()
    throw new SessionError('ERR_SESSION_CLIENT_GONE', 'the client left before the target agreed')
  }
  const { gate } = session
  return new MessageRelay({ client, upstream, permit, gate, channel: operation.path, echo })
}

/** Only now does the client learn that it is open. Undefined = it has left: the library then calls nobody back. */
function openClientSide(exchange: Exchange, protocol: string): WebSocket | undefined {
  const { request, socket, head } = exchange.takeOver()
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_WEBSOCKET_MESSAGE_BYTES,
    handleProtocols: () => (protocol === '' ? false : protocol),
  })
  let opened: WebSocket | undefined
  // At once, or never.
  server.handleUpgrade(request, socket, head, (client) => (opened = client))
  return opened
}
