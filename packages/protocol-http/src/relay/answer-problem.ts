import type { Permit } from '@wardgate/gateway'
import type { Exchange } from '../client/exchange'
import type { Problem } from '../errors'
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
  const { status, headers, body } = problem
  const fields = Object.entries(headers).map(([name, value]) => ({ name, value }))
  // An answer that has begun is broken off instead, and nobody sees the problem.
  if (!exchange.isOver && !exchange.hasBegun)
    session.gate.record('out', Buffer.from(recordedHead(status, fields) + body), permit)
  exchange.answer(problem, options)
}

/** The beginning of an answer as recordings have it, whichever version of HTTP it was sent in. */
export function recordedHead(status: number, fields: readonly Field[]): string {
  const lines = fields.map(({ name, value }) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status}\r\n${lines.join('')}\r\n`
}
