import { toGatewayError, type GatewayError } from '@wardgate/errors'
import type { Permit } from '@wardgate/gateway'
import type { Exchange } from '../client/exchange'
import { problemOf, type Problem } from '../errors'
import type { Field } from '../wire/fields'
import type { SessionParts } from './session-parts'

interface Answering {
  readonly exchange: Exchange
  readonly session: Pick<SessionParts, 'gate'>
  readonly permit?: Permit
}

/** Tells the client why it does not get what it asked for. It sees that, so the recording has it. */
export function answerProblem(
  { exchange, session, permit }: Answering,
  problem: Problem,
  options: { readonly close?: boolean } = {},
): void {
  // An answer that has begun is broken off instead, and nobody sees the problem.
  const isSeen = !exchange.isOver && !exchange.hasBegun
  const error = isSeen ? errorOfRecording(problem, session, permit) : undefined
  exchange.answer(error === undefined ? problem : problemOf(error), options)
}

/** Why the refusal is not in the recording: the client is told that instead, as with everything that cannot be recorded. */
function errorOfRecording(
  { status, headers, body }: Problem,
  { gate }: Answering['session'],
  permit: Permit | undefined,
): GatewayError | undefined {
  const fields = Object.entries(headers).map(([name, value]) => ({ name, value }))
  try {
    gate.record('out-head', Buffer.from(recordedHead(status, fields) + body), permit)
    return undefined
  } catch (caught) {
    return toGatewayError(caught)
  }
}

/** The beginning of an answer as recordings have it, whichever version of HTTP it was sent in. */
export function recordedHead(status: number, fields: readonly Field[]): string {
  const lines = fields.map(({ name, value }) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status}\r\n${lines.join('')}\r\n`
}
