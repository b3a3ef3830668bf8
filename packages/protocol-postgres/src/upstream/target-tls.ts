import { TargetError } from '@wardgate/errors'
import { encryptTarget, type Target, type TargetEndpoint } from '@wardgate/gateway'
import type { Duplex } from 'node:stream'
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
  return encryptTarget(stream, target, { endpoint, protocols: ['postgresql'], signal })
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
