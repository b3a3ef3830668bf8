import { createHash } from 'node:crypto'
import { TargetError } from '@wardgate/errors'

export function fingerprintOf(key: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
}

/** Undefined = the key is one of those that are pinned. */
export function refusalOfHostKey(
  pins: readonly string[],
  key: Uint8Array,
): TargetError | undefined {
  const fingerprint = fingerprintOf(key)
  const blob = Buffer.from(key).toString('base64')
  if (pins.some((pin) => pin === fingerprint || pin.split(' ')[1] === blob)) return undefined
  const nextStep =
    'Compare the fingerprint with the target itself; if it is right, an administrator adds it to `hostKeys`.'
  const message =
    pins.length === 0
      ? `no host key is registered for this connection; the target presents ${fingerprint}`
      : `the host key of the target has changed: ${fingerprint} is not one of the registered ones`
  return new TargetError('ERR_TARGET_TLS', message, { nextStep })
}
