import { TargetError } from '@wardgate/errors'
import type { Target, TargetEndpoint } from '@wardgate/gateway'
import { isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { sslRequest } from '../wire'
import { readExactly } from '../wire/read-exactly'

/** Encrypts a fresh stream to the target as the connection demands; never falls back to plain text. */
export async function encrypt(
  stream: Duplex,
  target: Target,
  endpoint: TargetEndpoint,
  direct: boolean,
  signal: AbortSignal,
): Promise<Duplex> {
  if (target.tls.mode === 'disable') return stream
  if (!direct) await requestTls(stream, signal)
  return secure(connect(tlsOptions(stream, target, endpoint)), signal)
}

async function requestTls(stream: Duplex, signal: AbortSignal): Promise<void> {
  stream.write(sslRequest())
  const [answer] = await readExactly(stream, 1, signal)
  if (answer !== 0x53)
    throw new TargetError(
      'ERR_TARGET_TLS',
      'the target offers no TLS where the connection demands it',
    )
  // Bytes behind the answer came in the clear and would be taken for encrypted ones (CVE-2021-23222).
  if (stream.readableLength > 0)
    throw new TargetError('ERR_TARGET_TLS', 'the target sent bytes before the TLS handshake')
}

function tlsOptions(stream: Duplex, target: Target, endpoint: TargetEndpoint): ConnectionOptions {
  const { tls, credential } = target
  const name = tls.serverName ?? endpoint.host
  return {
    socket: stream,
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['postgresql'],
    host: name,
    ...(isIP(name) === 0 ? { servername: name } : {}),
    rejectUnauthorized: tls.mode === 'verify-full',
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(credential.kind === 'certificate' ? { cert: credential.cert, key: credential.key } : {}),
  }
}

function secure(socket: TLSSocket, signal: AbortSignal): Promise<TLSSocket> {
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
  })
}
