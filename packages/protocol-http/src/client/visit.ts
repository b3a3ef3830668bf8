import { AuthError, ProtocolError, RequestError } from '@wardgate/errors'
import type { Login } from '@wardgate/gateway'
import { settings as schema, type HttpSettings } from '../settings'
import type { Exchange } from './exchange'
import type { Visit } from './place'
import { connectionOfAddress, isProxied, originForm, proxiedAddress, textOf } from './proxied'
import { readProxyToken, readToken } from './token'
import { visitWithin } from './tunnel'

export type { Visit } from './place'

const connectionName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/

/** Reads whom a request is for. Nothing is known to be true yet. Throws what the client is told instead. */
export function visitOf(exchange: Exchange, login: Login, fallback: HttpSettings): Visit {
  if (exchange.tunnel !== undefined) return visitWithin(exchange.tunnel, originOnly(exchange))
  const place = placeOf(exchange, login, fallback)
  const own = settingsOf(login, place.connection, fallback)
  const settings = own ?? fallback
  const unverifiedToken = isProxied(exchange)
    ? readProxyToken(exchange.fields)
    : readToken(exchange.fields, settings.tokenHeader)
  if (unverifiedToken === undefined)
    throw new AuthError('ERR_AUTH_MISSING', 'the request carries no token', {
      nextStep: isProxied(exchange)
        ? 'Name the proxy as http://wardgate:<token>@host:port.'
        : 'Send the token as "Authorization: Bearer <token>".',
    })
  return { ...place, unverifiedToken, settings, isKnown: own !== undefined }
}

export function isSameVisit(one: Visit, other: Visit): boolean {
  if (one === other) return true
  return (
    one.connection === other.connection &&
    one.unverifiedToken === other.unverifiedToken &&
    one.prefix === other.prefix
  )
}

/** What is left of the target for the connection; always begins with `/`. */
export function targetWithin({ target }: Exchange, { prefix }: Visit): string {
  const rest = originForm(target).slice(prefix.length)
  return rest.startsWith('/') ? rest : `/${rest}`
}

function placeOf(
  exchange: Exchange,
  login: Login,
  fallback: HttpSettings,
): Pick<Visit, 'connection' | 'prefix' | 'proxied'> {
  if (isProxied(exchange)) {
    const address = proxiedAddress(exchange)
    const proxied = textOf(address)
    // Whoever asks is known first, also where there is nothing to ask for.
    return { connection: connectionOfAddress(address, login) ?? proxied, prefix: '', proxied }
  }
  originOnly(exchange)
  if (login.boundConnection !== undefined) return { connection: login.boundConnection, prefix: '' }
  const byHost = connectionOfHost(exchange.authority, login, fallback)
  if (byHost !== undefined) return { connection: byHost, prefix: '' }
  const name = /^\/([^/?]*)/.exec(exchange.target)?.[1] ?? ''
  if (connectionName.test(name)) return { connection: name, prefix: `/${name}` }
  throw new RequestError('ERR_REQUEST_NOT_FOUND', 'the path names no connection', {
    nextStep: 'Ask for /<connection>/… at this address.',
  })
}

/** A path, or `*` for OPTIONS: https://datatracker.ietf.org/doc/html/rfc9112#section-3.2 */
function originOnly(exchange: Exchange): Exchange {
  const { target, method } = exchange
  if ((target.startsWith('/') || isPing(method, target)) && method !== 'CONNECT') return exchange
  const message = 'the request names no path'
  throw new ProtocolError('ERR_PROTOCOL_UNSUPPORTED', message, {
    nextStep: 'Ask for /<connection>/… at this address.',
  })
}

/** `OPTIONS *` asks whether somebody is there: https://datatracker.ietf.org/doc/html/rfc9110#section-9.3.7 */
export function isPing(method: string, target: string): boolean {
  return method === 'OPTIONS' && target === '*'
}

/** `<connection>.<suffix>`, where the suffix is a setting of that connection. */
function connectionOfHost(
  authority: string,
  login: Login,
  fallback: HttpSettings,
): string | undefined {
  const host = authority.toLowerCase().replace(/:\d*$/, '')
  const dot = host.indexOf('.')
  if (dot <= 0) return undefined
  const name = host.slice(0, dot)
  const suffix = settingsOf(login, name, fallback)?.hostSuffix ?? ''
  return suffix !== '' && suffix === host.slice(dot + 1) ? name : undefined
}

const parsed = new WeakMap<object, HttpSettings>()

/** Undefined = the agent does not serve that connection. */
function settingsOf(
  login: Login,
  connection: string,
  fallback: HttpSettings,
): HttpSettings | undefined {
  if (login.settingsOf === undefined) return fallback
  const own = login.settingsOf(connection)
  if (typeof own !== 'object' || own === null) return undefined
  const known = parsed.get(own) ?? schema.parse(own)
  parsed.set(own, known)
  return known
}
