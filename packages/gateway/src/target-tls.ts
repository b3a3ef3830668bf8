import { TargetError } from '@wardgate/errors'
import { isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { checkServerIdentity, connect, type ConnectionOptions, type TLSSocket } from 'node:tls'
import type { Target, TargetEndpoint } from './target'

export interface TargetHandshake {
  /** Where `stream` leads. */
  readonly endpoint: TargetEndpoint
  /** Offered by ALPN, best first. */
  readonly protocols: readonly string[]
  readonly signal: AbortSignal
}

/**
 * TLS with a target on a stream to it: verified as the connection demands, with its certificate when that is its
 * credential. Rejects with ERR_TARGET_TLS, and the stream is gone then.
 */
export function encryptTarget(
  stream: Duplex,
  target: Target,
  { endpoint, protocols, signal }: TargetHandshake,
): Promise<TLSSocket> {
  const demanded = targetTlsOptions(target, endpoint)
  return secured(connect({ ...demanded, socket: stream, ALPNProtocols: [...protocols] }), signal)
}

/** What a connection demands of a target's certificate, and the certificate that is its own credential. */
export function targetTlsOptions(
  { tls, credential }: Pick<Target, 'tls' | 'credential'>,
  endpoint: TargetEndpoint,
): ConnectionOptions {
  const name = tls.serverName ?? endpoint.host
  return {
    minVersion: 'TLSv1.2',
    host: name,
    ...(isIP(name) === 0 ? { servername: name } : {}),
    rejectUnauthorized: tls.mode === 'verify-full',
    // Whatever name a client library asks for: pg puts the endpoint's in the place of `servername`.
    checkServerIdentity: (_asked, certificate) => checkServerIdentity(name, certificate),
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(credential.kind === 'certificate' ? { cert: credential.cert, key: credential.key } : {}),
  }
}

function secured(socket: TLSSocket, signal: AbortSignal): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const settle = (outcome: () => void) => {
      socket.off('secureConnect', onSecure).off('error', onError).off('close', onClose)
      signal.removeEventListener('abort', onAbort)
      outcome()
    }
    const fail = (cause: unknown) =>
      settle(() => {
        socket.on('error', () => undefined)
        socket.destroy()
        const why = cause instanceof Error ? `: ${cause.message}` : ''
        reject(new TargetError('ERR_TARGET_TLS', `no TLS with the target${why}`, { cause }))
      })
    const onSecure = () => settle(() => resolve(socket))
    const onError = (error: Error) => fail(error)
    const onClose = () => fail(undefined)
    const onAbort = () => fail(signal.reason)
    socket.once('secureConnect', onSecure).once('error', onError).once('close', onClose)
    signal.addEventListener('abort', onAbort)
    if (signal.aborted) onAbort()
  })
}
