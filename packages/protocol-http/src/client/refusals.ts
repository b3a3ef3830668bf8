import { AuthError, type GatewayError } from '@wardgate/errors'
import type { Duplex } from 'node:stream'
import { problemOf, proxyProblem, type Problem } from '../errors'
import { rawProblem } from '../wire/raw-problem'
import type { Exchange } from './exchange'
import type { OpenClient } from './open-client'
import type { Visit } from './place'
import { isProxied, noConnection } from './proxied'

/** Fails closed: a connection without its settings would be served as if it had none, as plain HTTP. */
export function refuseUnknown({ isKnown, proxied, connection }: Visit): void {
  if (connection === proxied) throw noConnection(proxied)
  if (isKnown) return
  throw new AuthError('ERR_AUTH_FORBIDDEN', `this agent does not serve ${connection}`, {
    nextStep: `Ask again in a moment, if it has just been assigned; or have an administrator run \`wardgate agents assign\` for this agent and ${connection}.`,
  })
}

/** Before its session is open, a client of a forward proxy learns nothing of hosts that it may not use. */
export function forStranger(error: GatewayError, visit: Visit | undefined): GatewayError {
  const { code } = error
  const isHidden = code === 'ERR_AUTH_FORBIDDEN' || code === 'ERR_REQUEST_NOT_FOUND'
  return isHidden && visit?.proxied !== undefined ? noConnection(visit.proxied) : error
}

/** Every request without an answer gets one. Between requests HTTP has no word for why; HTTP/1.1 for what is no request. */
export function tellAll(
  { socket, version }: { readonly socket: Duplex; readonly version: OpenClient['version'] },
  waiting: readonly Exchange[],
  error: GatewayError,
): void {
  for (const exchange of waiting) exchange.answer(refusalFor(exchange, error), { close: true })
  if (waiting.length === 0 && version === 1 && error.code.startsWith('ERR_PROTOCOL_'))
    socket.write(rawProblem(problemOf(error)))
}

function refusalFor(exchange: Exchange, error: GatewayError): Problem {
  const problem = problemOf(error)
  return isProxied(exchange) ? proxyProblem(problem) : problem
}
