import { ProtocolError } from '@wardgate/errors'
import type { Login } from '@wardgate/gateway'
import type { Duplex } from 'node:stream'
import type { Exchange } from './exchange'
import { openClient, type OpenClient } from './open-client'
import type { Tunnel, Visit } from './place'
import { proxiedAddress } from './proxied'

/** From our answer to the end of the client's handshake. */
const HANDSHAKE_MILLIS = 10_000
const established = 'HTTP/1.1 200 Connection Established\r\n\r\n'

/** Becomes the host that the client asked for, and reads which version of HTTP it speaks to it. */
export async function openTunnel(
  exchange: Exchange,
  login: Login,
  signal: AbortSignal,
): Promise<OpenClient> {
  const address = proxiedAddress(exchange)
  const host = address.host.replace(/^\[|\]$/g, '')
  // Asked for first: a client that has been told that it is connected cannot be told why it is not.
  const tls = await login.certificateFor?.(host)
  const { socket, head } = exchange.takeOver()
  socket.write(established)
  if (head.length > 0) socket.unshift(head)
  return handshake(socket, { tls, host }, signal)
}

async function handshake(
  socket: Duplex,
  { tls, host }: { readonly tls: Login['tls']; readonly host: string },
  signal: AbortSignal,
): Promise<OpenClient> {
  const late = AbortSignal.any([signal, AbortSignal.timeout(HANDSHAKE_MILLIS)])
  const within = { plaintextAllowed: true, serverName: host, ...(tls === undefined ? {} : { tls }) }
  try {
    return await openClient(socket, within, late)
  } catch (caught) {
    socket.destroy()
    throw caught
  }
}

/** Within a tunnel a request names the host that the tunnel is to, and nothing else. */
export function visitWithin({ address, visit }: Tunnel, exchange: Exchange): Visit {
  const { host, port } = address
  const named = exchange.authority.toLowerCase()
  const isSame = named === `${host}:${port}` || (named === host && isDefaultPort(port))
  if (isSame) return visit
  throw new ProtocolError(
    'ERR_PROTOCOL_MALFORMED',
    `Host is not ${host}:${port}, to which this tunnel was opened`,
  )
}

function isDefaultPort(port: number): boolean {
  return port === 80 || port === 443
}
