import { TargetError, toGatewayError } from '@wardgate/errors'
import type { Target, TargetEndpoint } from '@wardgate/gateway'
import { isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls'

export interface DialOptions {
  readonly millis: number
  readonly protocols: readonly ('h2' | 'http/1.1')[]
  /** For a pool of the same principal, connection and revision: the stream may outlive the session. */
  readonly isKept: boolean
}

/** A stream to the first endpoint that answers, encrypted as the connection demands; never falls back to plain text. */
export async function dialTarget(
  target: Target,
  { millis, protocols, isKept }: DialOptions,
): Promise<Duplex> {
  let last: unknown = new TargetError('ERR_TARGET_UNREACHABLE', 'the connection has no endpoint')
  for (const endpoint of target.endpoints) {
    const signal = AbortSignal.timeout(millis)
    try {
      const stream = await target.dial(endpoint, signal)
      if (isKept) target.keep?.(stream)
      stream.on('error', () => undefined)
      return await encrypt(stream, target, endpoint, { protocols, signal })
    } catch (caught) {
      last = signal.aborted ? unreachable(endpoint, caught) : caught
    }
  }
  throw toGatewayError(last)
}

async function encrypt(
  stream: Duplex,
  target: Target,
  endpoint: TargetEndpoint,
  { protocols, signal }: { readonly protocols: readonly string[]; readonly signal: AbortSignal },
): Promise<Duplex> {
  if (target.tls.mode === 'disable') return stream
  return secure(connect(tlsOptions(stream, target, endpoint, protocols)), signal)
}

function tlsOptions(
  stream: Duplex,
  { tls, credential }: Target,
  endpoint: TargetEndpoint,
  protocols: readonly string[],
): ConnectionOptions {
  const name = tls.serverName ?? endpoint.host
  return {
    socket: stream,
    minVersion: 'TLSv1.2',
    ALPNProtocols: [...protocols],
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

function unreachable({ host, port }: TargetEndpoint, cause: unknown): TargetError {
  const message = `${host}:${port} did not accept in time`
  return new TargetError('ERR_TARGET_UNREACHABLE', message, { cause })
}
