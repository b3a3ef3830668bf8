import { AuthError, ProtocolError } from '@wardgate/errors'
import type { Login } from '@wardgate/gateway'
import { isIP } from 'node:net'
import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'

export interface OpenClient {
  readonly socket: Duplex
  readonly version: 1 | 2
}

/** How the client may speak. */
export interface Reception extends Pick<Login, 'tls' | 'plaintextAllowed'> {
  /** The only host that a client may ask for; absent = any. */
  readonly serverName?: string
}

/** The first byte of a TLS record that carries a ClientHello. */
const TLS_HANDSHAKE = 0x16
/** https://datatracker.ietf.org/doc/html/rfc9113#section-3.4 */
const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')

/** Finds out whether the client speaks TLS, and which version of HTTP. */
export async function openClient(
  client: Duplex,
  login: Reception,
  signal: AbortSignal,
): Promise<OpenClient> {
  const first = await peek(client, () => true, signal)
  if (first[0] === TLS_HANDSHAKE) return secured(client, login, signal)
  const isDecided = (seen: Buffer) =>
    seen.length >= preface.length || !preface.subarray(0, seen.length).equals(seen)
  const begun = await peek(client, isDecided, signal)
  if (!login.plaintextAllowed)
    throw new AuthError('ERR_AUTH_FORBIDDEN', 'this listener takes a token over TLS only', {
      nextStep: 'Use https.',
    })
  const isHttp2 = preface.equals(begun.subarray(0, preface.length))
  return { socket: client, version: isHttp2 ? 2 : 1 }
}

async function secured(client: Duplex, login: Reception, signal: AbortSignal): Promise<OpenClient> {
  if (login.tls === undefined)
    throw new ProtocolError('ERR_PROTOCOL_UNSUPPORTED', 'this listener speaks no TLS')
  const socket = new TLSSocket(client, {
    isServer: true,
    key: login.tls.key,
    cert: login.tls.cert,
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['h2', 'http/1.1'],
    SNICallback: (name, done) => done(refusedName(name, login.serverName)),
  })
  socket.on('error', () => undefined)
  try {
    await Promise.race([once(socket, 'secure', { signal }), failed(socket)])
  } catch (cause) {
    client.destroy()
    signal.throwIfAborted()
    throw new ProtocolError('ERR_PROTOCOL_MALFORMED', 'the TLS handshake failed', { cause })
  }
  // node's own TLS servers say so of their sockets; its HTTP/2 sessions wait for it.
  Object.assign(socket, { secureConnecting: false })
  return { socket, version: socket.alpnProtocol === 'h2' ? 2 : 1 }
}

/** A name that is not the tunnel's would be served under another's rules. Addresses are sent by no client. */
function refusedName(name: string, expected: string | undefined): Error | null {
  if (expected === undefined || isIP(expected) !== 0 || name.toLowerCase() === expected) return null
  return new Error(`the client asks for ${name}`)
}

/** Reads until enough is there to decide, and puts it back. */
async function peek(
  client: Duplex,
  isEnough: (seen: Buffer) => boolean,
  signal: AbortSignal,
): Promise<Buffer> {
  let seen = Buffer.alloc(0)
  for (;;) {
    const chunk = client.read() as Buffer | null
    if (chunk !== null) seen = Buffer.concat([seen, chunk])
    if (seen.length > 0 && isEnough(seen)) break
    if (client.readableEnded || client.destroyed)
      throw new ProtocolError('ERR_PROTOCOL_MALFORMED', 'the client sent no request')
    if (chunk === null) await readable(client, signal)
  }
  client.unshift(seen)
  return seen
}

function readable(client: Duplex, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (outcome: () => void) => {
      client.off('readable', onEvent).off('end', onEvent).off('close', onEvent)
      signal.removeEventListener('abort', onAbort)
      outcome()
    }
    const onEvent = () => settle(resolve)
    const onAbort = () => settle(() => reject(signal.reason as Error))
    client.on('readable', onEvent).once('end', onEvent).once('close', onEvent)
    signal.addEventListener('abort', onAbort)
    if (signal.aborted) onAbort()
  })
}

function failed(socket: TLSSocket): Promise<never> {
  return new Promise((_resolve, reject) => {
    socket.once('close', () => reject(new Error('the client went away')))
  })
}
