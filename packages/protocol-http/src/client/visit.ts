import { AuthError, ProtocolError, RequestError } from '@wardgate/errors'
import type { Login } from '@wardgate/gateway'
import { settings as schema, type HttpSettings } from '../settings'
import type { Exchange } from './exchange'
import { readToken } from './token'

/** Whom a request is for and who sends it: requests with the same visit share a session. */
export interface Visit {
  readonly connection: string
  readonly unverifiedToken: string
  /** Where the connection is for this client: empty, or `/<connection>` when it is named in the path. */
  readonly prefix: string
  readonly settings: HttpSettings
}

const connectionName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/

/** Reads whom a request is for. Nothing is known to be true yet. Throws what the client is told instead. */
export function visitOf(exchange: Exchange, login: Login, fallback: HttpSettings): Visit {
  const place = placeOf(exchange, login, fallback)
  const settings = settingsOf(login, place.connection, fallback) ?? fallback
  const unverifiedToken = readToken(exchange.fields, settings.tokenHeader)
  if (unverifiedToken === undefined)
    throw new AuthError('ERR_AUTH_MISSING', 'the request carries no token', {
      nextStep: 'Send the token as "Authorization: Bearer <token>".',
    })
  return { ...place, unverifiedToken, settings }
}

export function isSameVisit(one: Visit, other: Visit): boolean {
  return (
    one.connection === other.connection &&
    one.unverifiedToken === other.unverifiedToken &&
    one.prefix === other.prefix
  )
}

/** What is left of the target for the connection; always begins with `/`. */
export function targetWithin({ target }: Exchange, { prefix }: Visit): string {
  const rest = target.slice(prefix.length)
  return rest.startsWith('/') ? rest : `/${rest}`
}

function placeOf(
  exchange: Exchange,
  login: Login,
  fallback: HttpSettings,
): Pick<Visit, 'connection' | 'prefix'> {
  refuseForeignForm(exchange)
  if (login.boundConnection !== undefined) return { connection: login.boundConnection, prefix: '' }
  const byHost = connectionOfHost(exchange.authority, login, fallback)
  if (byHost !== undefined) return { connection: byHost, prefix: '' }
  const name = /^\/([^/?]*)/.exec(exchange.target)?.[1] ?? ''
  if (connectionName.test(name)) return { connection: name, prefix: `/${name}` }
  throw new RequestError('ERR_REQUEST_NOT_FOUND', 'the path names no connection', {
    nextStep: 'Ask for /<connection>/… at this address.',
  })
}

/** An absolute-form target is for a proxy: https://datatracker.ietf.org/doc/html/rfc9112#section-3.2.2 */
function refuseForeignForm({ target, method }: Exchange): void {
  if ((target.startsWith('/') || isPing(method, target)) && method !== 'CONNECT') return
  const nextStep = 'Ask for /<connection>/… at this address.'
  const message = 'this listener is no forward proxy'
  throw new ProtocolError('ERR_PROTOCOL_UNSUPPORTED', message, { nextStep })
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
