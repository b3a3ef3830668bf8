import { AuthError, ProtocolError } from '@wardgate/errors'
import type { Login, ServedConnection } from '@wardgate/gateway'
import { settings as schema } from '../settings'
import type { Exchange } from './exchange'
import type { ProxiedAddress } from './place'

/** https://datatracker.ietf.org/doc/html/rfc9112#section-3.2.3; user information is never part of it. */
const authority =
  /^(?<host>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::(?<port>[1-9]\d{0,4}))?$/i
const absolute = /^http:\/\/(?<authority>[^/?#\\]+)(?<rest>[/?].*)?$/i
const httpPort = 80

/** Whether a request is for a forward proxy: CONNECT, or a target in absolute form (RFC 9112, section 3.2.2). */
export function isProxied({ method, target }: Pick<Exchange, 'method' | 'target'>): boolean {
  return method === 'CONNECT' || /^[a-z][a-z0-9+.-]*:/i.test(target)
}

/** The host that is asked for. Its `Host` header does not count: https://datatracker.ietf.org/doc/html/rfc9112#section-3.2.2 */
export function proxiedAddress({ method, target }: Exchange): ProxiedAddress {
  const text = method === 'CONNECT' ? target : absolute.exec(target)?.groups?.['authority']
  const { host, port } = authority.exec(text ?? '')?.groups ?? {}
  const isComplete = method !== 'CONNECT' || port !== undefined
  if (host === undefined || !isComplete || Number(port ?? httpPort) > 65_535)
    throw new ProtocolError('ERR_PROTOCOL_MALFORMED', 'the request names no host for a proxy', {
      nextStep: 'Send http://host/… or CONNECT host:port.',
    })
  return { host: host.toLowerCase(), port: Number(port ?? httpPort) }
}

/** The path and query of a target, whichever form it has. */
export function originForm(target: string): string {
  if (target.startsWith('/')) return target
  const rest = absolute.exec(target)?.groups?.['rest'] ?? '/'
  return rest.startsWith('/') ? rest : `/${rest}`
}

/** The connection that stands for a host; undefined = none does, or several. */
export function connectionOfAddress(address: ProxiedAddress, login: Login): string | undefined {
  const name = byAddress(login.connections?.() ?? []).get(textOf(address))
  const bound = login.boundConnection
  return name !== ambiguous && (bound === undefined || bound === name) ? name : undefined
}

export function textOf({ host, port }: ProxiedAddress): string {
  return `${host}:${port}`
}

/** Told alike of hosts that nobody knows and of those that this client may not use: there is nothing to find out. */
export function noConnection(address: string): AuthError {
  const message = `no connection that you may use here has the host ${address}`
  return new AuthError('ERR_AUTH_FORBIDDEN', message, {
    nextStep: 'Ask an administrator for a connection whose proxyHosts name that host alone.',
  })
}

/** No name of a connection. */
const ambiguous = ''
const known = new WeakMap<readonly ServedConnection[], ReadonlyMap<string, string>>()

function byAddress(connections: readonly ServedConnection[]): ReadonlyMap<string, string> {
  const found = known.get(connections) ?? addressesOf(connections)
  known.set(connections, found)
  return found
}

function addressesOf(connections: readonly ServedConnection[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const { name, settings } of connections)
    for (const host of schema.parse(settings).proxyHosts)
      for (const address of /:\d+$/.test(host) ? [host] : [`${host}:80`, `${host}:443`])
        found.set(address, found.has(address) && found.get(address) !== name ? ambiguous : name)
  return found
}
