import { TargetError, toGatewayError } from '@wardgate/errors'
import { encryptTarget, type Target, type TargetEndpoint } from '@wardgate/gateway'
import type { Duplex } from 'node:stream'

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
      if (target.tls.mode === 'disable') return stream
      return await encryptTarget(stream, target, { endpoint, protocols, signal })
    } catch (caught) {
      last = signal.aborted ? unreachable(endpoint, caught) : caught
    }
  }
  throw toGatewayError(last)
}

function unreachable({ host, port }: TargetEndpoint, cause: unknown): TargetError {
  const message = `${host}:${port} did not accept in time`
  return new TargetError('ERR_TARGET_UNREACHABLE', message, { cause })
}
