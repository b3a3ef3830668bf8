import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { RequestError } from '@wardgate/errors'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { v7 as uuid } from 'uuid'
import { InvalidRequest } from './invalid-request'
import { type Problem, problemType, sendProblem, toProblem } from './problem'
import { headersOfEveryAnswer } from './response-headers'

/** A request that Fastify refuses before any route is looked for, such as one with half an escape in its path. */
export function answerUnroutable(
  _error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const error = new InvalidRequest([{ path: '', message: 'the URL of the request cannot be read' }])
  void sendProblem(reply.headers(headersOfEveryAnswer(request.id)), toProblem(error, request.id))
}

/** Bytes that are no HTTP request, or more header than node reads: there is no reply object to answer with. */
export function answerUnparsed(error: { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const id = uuid()
  if (socket.writable) socket.write(rawAnswer(id, problemOf(id, error.code)))
  socket.destroySoon()
}

function problemOf(id: string, code: string | undefined): Problem {
  if (code === 'HPE_HEADER_OVERFLOW') {
    const oversize = new RequestError('ERR_REQUEST_OVERSIZE', "the request's headers are too large")
    // RFC 6585 section 5.
    return { ...toProblem(oversize, id), status: 431 }
  }
  const message = 'the bytes are no HTTP request'
  return toProblem(new InvalidRequest([{ path: '', message }]), id)
}

function rawAnswer(id: string, problem: Problem): string {
  const body = JSON.stringify(problem)
  const headers = {
    ...headersOfEveryAnswer(id),
    'Content-Type': problemType,
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const status = `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}\r\n`
  return `${status}${lines.join('')}\r\n${body}`
}
