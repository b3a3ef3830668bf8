import { ProtocolError, RequestError, type GatewayError } from '@wardgate/errors'
import type { RequestOperation, ToolCallOperation } from '@wardgate/gateway'
import type { Exchange } from '../client/exchange'
import type { Visit } from '../client/visit'
import { problemOf, type HeldApproval } from '../errors'
import { answerProblem } from '../relay/answer-problem'
import { readRequest, submit, type ReadRequest } from '../relay/decide-request'
import { forward } from '../relay/forward'
import type { SessionParts } from '../relay/session-parts'
import { essenceOf } from '../wire/media-type'
import { checkOrigin } from './check-origin'
import { denialMessage } from './denial'
import { idOf, parseMessage, type RpcId, type RpcMessage } from './json-rpc'
import { checkHeaders, headersForServer, headersOfMessages } from './headers'
import { ServerMessages } from './server-messages'
import { boundSession, ownIds } from './session-ids'
import { toolCallOf } from './tool-call'
import { isNameShown } from './tool-list'

/** What a request without a message asks for: https://modelcontextprotocol.io/specification/2025-11-25/basic/transports */
const bodiless: Readonly<Record<string, string>> = { GET: 'session/listen', DELETE: 'session/end' }

/** One request of the Streamable HTTP transport: its message is what is judged. */
export async function runMcp(
  exchange: Exchange,
  visit: Visit,
  session: SessionParts,
): Promise<GatewayError | undefined> {
  checkOrigin(exchange.fields, visit.settings.mcp.origins)
  const request = await readRequest(exchange, visit, session)
  checkEndpoint(request)
  const message = exchange.method === 'POST' ? messageOf(request) : undefined
  const hasMessage = message !== undefined
  const headers = ownIds(headersForServer(request.operation.headers, { hasMessage }), session.gate)
  const operation = operationOf(exchange, message)
  refuseHiddenName(operation, visit)
  const id = message === undefined ? undefined : idOf(message)
  const { answer, approval } = await submit(request, operation)
  if (answer.kind === 'denial') {
    refuse(request, { id, method: operation.method, error: answer.error, approval })
    return undefined
  }
  return forward({
    ...withMessage(request, headers, message),
    permit: answer,
    showHeaders: (shown) => boundSession(headersOfMessages(shown), session.gate),
    messages: new ServerMessages({
      gate: session.gate,
      permit: answer,
      settings: visit.settings.mcp,
      asked: operation.method,
    }),
  })
}

/** What is judged is the message: another path, or a query, would say something that nobody looks at. */
function checkEndpoint({ operation, visit }: ReadRequest): void {
  const { path, query } = operation
  const endpoint = visit.settings.mcp.path
  if (path === endpoint && query === '') return
  const nextStep = 'Ask there, without a query; mcp.path of the connection says where it is.'
  const message = `the MCP server of this connection is at ${endpoint}`
  throw new RequestError('ERR_REQUEST_NOT_FOUND', message, { nextStep })
}

function messageOf({ operation }: ReadRequest): RpcMessage {
  const { body } = operation
  if (body.kind !== 'whole' || essenceOf(body.mediaType) !== 'application/json')
    throw new ProtocolError('ERR_PROTOCOL_UNSUPPORTED', 'the request carries no JSON message', {
      nextStep: 'Send one JSON-RPC message within maxBodyBytes of the connection.',
    })
  return parseMessage(body.bytes)
}

function operationOf(exchange: Exchange, message: RpcMessage | undefined): ToolCallOperation {
  const operation = message === undefined ? bodilessOperation(exchange) : toolCallOf(message)
  checkHeaders(exchange.fields, operation)
  return operation
}

/** The engine's own words for it are no method that a header could repeat. */
function bodilessOperation(exchange: Exchange): ToolCallOperation {
  const method = bodiless[exchange.method]
  if (method === undefined)
    throw new ProtocolError('ERR_PROTOCOL_UNSUPPORTED', `${exchange.method} is no part of MCP`)
  return { kind: 'tool-call', method, name: '', arguments: '{}' }
}

/** Rules and people would read another name than the server. */
function refuseHiddenName({ name, method }: ToolCallOperation, { settings }: Visit): void {
  if (isNameShown(name, settings.mcp)) return
  throw new ProtocolError('ERR_PROTOCOL_MALFORMED', `${method} names what has hidden text in it`)
}

/** The message is written anew. */
function withMessage(
  request: ReadRequest,
  headers: RequestOperation['headers'],
  message: RpcMessage | undefined,
): ReadRequest {
  const { operation, body } = request
  const forwarded = message === undefined ? undefined : Buffer.from(JSON.stringify(message))
  return { ...request, operation: { ...operation, headers }, body: { ...body, forwarded } }
}

interface Refusal {
  readonly id: RpcId | undefined
  readonly method: string
  readonly error: GatewayError
  readonly approval: HeldApproval | undefined
}

/** Where no answer is owed to an id, HTTP says it. */
function refuse(request: ReadRequest, { id, method, error, approval }: Refusal): void {
  if (id === undefined) return answerProblem(request, problemOf(error))
  const body = JSON.stringify(denialMessage({ id, method, error, approval }))
  const headers = { 'content-type': 'application/json', 'wardgate-error': error.code }
  answerProblem(request, { status: 200, headers, body })
}
