import { ProtocolError } from '@wardgate/errors'
import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'

/** https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL */
const ALPN = 'postgresql'

/** TLS on a socket whose client asked for it or began with it. A socket on which it failed is closed without a word. */
export async function startClientTls(
  socket: Duplex,
  certificate: { readonly key: string; readonly cert: string },
  signal: AbortSignal,
): Promise<TLSSocket> {
  const secured = new TLSSocket(socket, {
    isServer: true,
    key: certificate.key,
    cert: certificate.cert,
    minVersion: 'TLSv1.2',
    ALPNProtocols: [ALPN],
  })
  secured.on('error', () => undefined)
  try {
    await Promise.race([once(secured, 'secure', { signal }), failed(secured)])
    return secured
  } catch (cause) {
    secured.destroy()
    socket.destroy()
    signal.throwIfAborted()
    throw new ProtocolError('ERR_PROTOCOL_MALFORMED', 'the TLS handshake failed', { cause })
  }
}

/** Direct TLS without ALPN could be a client of another protocol that was tricked into speaking to us. */
export function expectAlpn({ alpnProtocol }: TLSSocket): void {
  if (alpnProtocol !== ALPN)
    throw new ProtocolError('ERR_PROTOCOL_MALFORMED', `direct TLS needs ALPN "${ALPN}"`)
}

function failed(socket: TLSSocket): Promise<never> {
  return new Promise((_resolve, reject) => {
    socket.once('close', () => reject(new Error('the client went away')))
  })
}
