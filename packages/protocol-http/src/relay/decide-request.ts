import {
  textOf,
  type HoldListener,
  type Operation,
  type Permit,
  type RequestOperation,
} from '@wardgate/gateway'
import type { Exchange } from '../client/exchange'
import type { Visit } from '../client/visit'
import { problemOf, type HeldApproval } from '../errors'
import { readPreferences, type Preferences } from '../wire/preferences'
import { answerProblem } from './answer-problem'
import { readBody, type ReadBody } from './read-body'
import { readHead, requestOperation, type RequestHead } from './request-operation'
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
  /** For protocols over HTTP whose answers are messages. */
  readonly messages?: ShownMessages
}

export interface ShownMessages {
  /** A message as the client may see it; undefined = not at all. */
  show(message: Uint8Array): Promise<Uint8Array | undefined>
  /** The body of an answer that is no success: a message or not, as the client may see it. */
  showError(body: Uint8Array): Promise<Uint8Array | undefined>
  /** What an event says besides its message, as the client may see it. */
  showFields(lines: readonly string[]): readonly string[]
  /** Values so far that the client sees otherwise than they were. */
  readonly maskedCells: number
}

/** At once when there is no body to wait for. */
export function readRequest(
  exchange: Exchange,
  visit: Visit,
  session: SessionParts,
): ReadRequest | Promise<ReadRequest> {
  const { target, signal, unreadable } = session
  const head = readHead(exchange, visit, target)
  const body = readBody(exchange, visit.settings, [signal, unreadable])
  const withBody = (read: ReadBody) => requestWith(head, read, { exchange, visit, session })
  return body instanceof Promise ? body.then(withBody) : withBody(body)
}

function requestWith(
  head: RequestHead,
  body: ReadBody,
  { exchange, visit, session }: Pick<ReadRequest, 'exchange' | 'visit' | 'session'>,
): ReadRequest {
  const operation = requestOperation(head, exchange, visit, body)
  session.gate.record('in-head', Buffer.from(`${textOf(operation)}\n`))
  return { exchange, visit, session, operation, body }
}

/** Undefined = denied, and the client knows. */
export async function decideRequest(request: ReadRequest): Promise<PermittedRequest | undefined> {
  const { exchange, operation } = request
  const { answer, approval, isAsync } = await submit(request, operation)
  // Written out: on the way of every request a spread costs more than it saves.
  if (answer.kind === 'permit') {
    const { visit, session, body } = request
    return { exchange, visit, session, operation, body, permit: answer }
  }
  const { error, operationId } = answer
  const held = approval === undefined ? {} : { approval }
  answerProblem(request, problemOf(error, { operationId, isAsync, ...held }))
  return undefined
}

/** Asks the gate, for as long as the client wants to wait. */
export async function submit({ exchange, session }: ReadRequest, operation: Operation) {
  const hold = new Hold(exchange)
  const answer = await session.gate.submit(operation, hold)
  return { answer, approval: hold.approval, isAsync: hold.preferences.isAsync }
}

class Hold implements HoldListener {
  readonly preferences: Preferences
  readonly #exchange: Exchange
  approval: HeldApproval | undefined
  readonly maxMillis?: number

  constructor(exchange: Exchange) {
    this.#exchange = exchange
    this.preferences = readPreferences(exchange.fields)
    const { waitMillis } = this.preferences
    if (waitMillis !== undefined) this.maxMillis = waitMillis
  }

  /** Asked for only where there is something to wait for. */
  get signal(): AbortSignal {
    return this.#exchange.gone.signal
  }

  held({ approvalId, url }: HeldApproval): void {
    this.approval = { approvalId, url }
    if (this.preferences.isInformed)
      this.#exchange.inform({ link: `<${url}>; rel="status"`, 'wardgate-approval': approvalId })
  }
}
