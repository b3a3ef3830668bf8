import { textOf, type Operation, type Permit, type RequestOperation } from '@wardgate/gateway'
import type { Exchange } from '../client/exchange'
import type { Visit } from '../client/visit'
import { problemOf, type HeldApproval } from '../errors'
import { readPreferences } from '../wire/preferences'
import { readBody, type ReadBody } from './read-body'
import { readHead, requestOperation } from './request-operation'
import type { ShownHeaders } from './response-headers'
import type { SessionParts } from './session-parts'

/** A request as it was read; nothing has been decided. */
export interface ReadRequest {
  readonly exchange: Exchange
  readonly visit: Visit
  readonly session: SessionParts
  readonly operation: RequestOperation
  readonly body: ReadBody
}

/** A request that may be sent. */
export interface PermittedRequest extends ReadRequest {
  readonly permit: Permit
  /** What the client sees of the headers beside masks; absent = all. */
  readonly showHeaders?: (headers: ShownHeaders['headers']) => ShownHeaders['headers']
  /** For protocols over HTTP whose answers are messages: each as the client may see it. */
  readonly show?: (message: Uint8Array) => Promise<Uint8Array | undefined>
}

export async function readRequest(
  exchange: Exchange,
  visit: Visit,
  session: SessionParts,
): Promise<ReadRequest> {
  const { gate, target, signal, unreadable } = session
  const head = readHead(exchange, visit, target)
  const body = await readBody(exchange, visit.settings, [signal, exchange.gone, unreadable])
  const operation = requestOperation(head, exchange, visit, body)
  gate.record('in', Buffer.from(`${textOf(operation)}\n`))
  return { exchange, visit, session, operation, body }
}

/** Undefined = denied, and the client knows. */
export async function decideRequest(request: ReadRequest): Promise<PermittedRequest | undefined> {
  const { exchange, operation } = request
  const { answer, approval, isAsync } = await submit(request, operation)
  if (answer.kind === 'permit') return { ...request, permit: answer }
  const { error, operationId } = answer
  const held = approval === undefined ? {} : { approval }
  exchange.answer(problemOf(error, { operationId, isAsync, ...held }))
  return undefined
}

/** Asks the gate, for as long as the client wants to wait. */
export async function submit({ exchange, session }: ReadRequest, operation: Operation) {
  const { waitMillis, isInformed, isAsync } = readPreferences(exchange.fields)
  let approval: HeldApproval | undefined
  const answer = await session.gate.submit(operation, {
    signal: exchange.gone,
    ...(waitMillis === undefined ? {} : { maxMillis: waitMillis }),
    held: ({ approvalId, url }) => {
      approval = { approvalId, url }
      if (isInformed)
        exchange.inform({ link: `<${url}>; rel="status"`, 'wardgate-approval': approvalId })
    },
  })
  return { answer, approval, isAsync }
}
