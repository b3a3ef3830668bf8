import { type GatewayError, toGatewayError } from '@wardgate/errors'
import {
  textOf,
  type Denial,
  type Gate,
  type Permit,
  type RequestOperation,
  type Target,
} from '@wardgate/gateway'
import type { Exchange } from '../client/exchange'
import type { Visit } from '../client/visit'
import { problemOf, type HeldApproval } from '../errors'
import { inject } from '../upstream/credentials/inject'
import type { Outgoing } from '../upstream/outgoing'
import type { PooledTarget } from '../upstream/pools'
import { send } from '../upstream/send'
import { readPreferences } from '../wire/preferences'
import { readBody, type ReadBody } from './read-body'
import { readHead, requestOperation } from './request-operation'
import { ResponseRelay } from './response'

export interface SessionParts {
  readonly gate: Gate
  readonly target: Target
  readonly upstream: PooledTarget
  readonly clientHost: string
  readonly signal: AbortSignal
  /** Aborted when nothing more that the client sends can be read. */
  readonly unreadable: AbortSignal
}

/** One request from its arrival to its answer. Resolves with the error that the whole connection has to end with. */
export async function runRequest(
  exchange: Exchange,
  visit: Visit,
  session: SessionParts,
): Promise<GatewayError | undefined> {
  const { gate, target, signal, unreadable } = session
  const head = readHead(exchange, visit, target)
  const body = await readBody(exchange, visit.settings, [signal, exchange.gone, unreadable])
  const operation = requestOperation(head, exchange, visit, body)
  gate.record('in', Buffer.from(`${textOf(operation)}\n`))
  const answer = await submit(exchange, operation, session)
  if (answer === undefined) return undefined
  return forward({ exchange, visit, session, operation, body, permit: answer })
}

/** Undefined = denied, and the client knows. */
async function submit(
  exchange: Exchange,
  operation: RequestOperation,
  { gate }: SessionParts,
): Promise<Permit | undefined> {
  const preferences = readPreferences(exchange.fields)
  let approval: HeldApproval | undefined
  const answer = await gate.submit(operation, {
    signal: exchange.gone,
    ...(preferences.waitMillis === undefined ? {} : { maxMillis: preferences.waitMillis }),
    held: ({ approvalId, url }) => {
      approval = { approvalId, url }
      if (preferences.isInformed)
        exchange.inform({ link: `<${url}>; rel="status"`, 'wardgate-approval': approvalId })
    },
  })
  if (answer.kind === 'permit') return answer
  deny(exchange, answer, { approval, isAsync: preferences.isAsync })
  return undefined
}

function deny(
  exchange: Exchange,
  { error, operationId }: Denial,
  { approval, isAsync }: { readonly approval: HeldApproval | undefined; readonly isAsync: boolean },
): void {
  const held = approval === undefined ? {} : { approval }
  exchange.answer(problemOf(error, { operationId, isAsync, ...held }))
}

interface Forward {
  readonly exchange: Exchange
  readonly visit: Visit
  readonly session: SessionParts
  readonly operation: RequestOperation
  readonly body: ReadBody
  readonly permit: Permit
}

async function forward(parts: Forward): Promise<GatewayError | undefined> {
  const { exchange, visit, session, operation, permit } = parts
  const { scheme, authority, path } = operation
  const relay = new ResponseRelay({
    exchange,
    permit,
    gate: session.gate,
    settings: visit.settings,
    where: { scheme, authority, prefix: visit.prefix },
    requestPath: path,
  })
  try {
    const { accessTokens, pool } = session.upstream
    const outgoing = await inject(outgoingOf(parts), session.target.credential, accessTokens)
    const sending = send(permit, pool, outgoing, relay)
    relay.attach(sending)
    const aborted = () => sending.abort(toGatewayError(session.signal.reason))
    session.signal.addEventListener('abort', aborted)
    if (session.signal.aborted) aborted()
    const error = await relay.over
    session.signal.removeEventListener('abort', aborted)
    forgetRefusedToken(relay.status, session)
    return error
  } catch (caught) {
    relay.failed(toGatewayError(caught))
    return relay.over
  }
}

/** A token that the target no longer takes, before its time: the next request fetches another. */
function forgetRefusedToken(status: number, { target, upstream }: SessionParts): void {
  const { credential } = target
  if (status === 401 && credential.kind === 'oauth-client') upstream.accessTokens.forget(credential)
}

/** Range is left out where the answer is masked: a part of a body cannot be. The target then sends all of it. */
function outgoingOf({ operation, body, permit, session }: Forward): Outgoing {
  const { method, scheme, authority, path, query, headers, traceparent } = operation
  const sent =
    permit.unmasked === true ? headers : headers.filter(({ name }) => !ofRanges.has(name))
  return {
    method,
    scheme,
    authority,
    path,
    query,
    headers: [
      ...sent,
      ...(traceparent === undefined ? [] : [{ name: 'traceparent', value: traceparent }]),
      { name: 'x-forwarded-for', value: session.clientHost },
      { name: 'x-forwarded-proto', value: scheme },
    ],
    body: body.forwarded,
    length: operation.body.kind === 'unread' ? operation.body.length : undefined,
  }
}

const ofRanges = new Set(['range', 'if-range'])
