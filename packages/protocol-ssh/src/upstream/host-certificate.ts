import { TargetError } from '@wardgate/errors'
import {
  isCertifiedBy,
  readCertificate,
  readPublicKey,
  readPublicKeyLine,
  signedByOf,
  type PublicKey,
  type UnverifiedCertificate,
} from '@wardgate/wire/openssh'

/** RSA with SHA-2 only. */
export const hostCertificateAlgorithms = [
  'ssh-ed25519-cert-v01@openssh.com',
  'ecdsa-sha2-nistp256-cert-v01@openssh.com',
  'ecdsa-sha2-nistp384-cert-v01@openssh.com',
  'ecdsa-sha2-nistp521-cert-v01@openssh.com',
  'rsa-sha2-512-cert-v01@openssh.com',
  'rsa-sha2-256-cert-v01@openssh.com',
]

export interface HostCheck {
  /** Public keys, as in `.pub` files. */
  readonly authorities: readonly string[]
  /** By which name it was dialled. */
  readonly host: string
  readonly nowMillis: number
}

export function isHostCertificate(blob: Buffer): boolean {
  const type = blob.length < 4 ? '' : blob.toString('latin1', 4, 4 + blob.readUInt32BE(0))
  return signedByOf(type) !== undefined
}

/** The key that is certified for this very host, now. Throws a TargetError that says what is wrong. */
export function certifiedHostKey(blob: Buffer, check: HostCheck): PublicKey {
  const certificate = read(blob)
  const authorities = check.authorities.flatMap((line) => readPublicKeyLine(line) ?? [])
  // Whatever else it says is nobody's word before this.
  if (!authorities.some((authority) => isCertifiedBy(certificate, authority)))
    throw untrusted('is by none of the registered authorities')
  if (certificate.type !== 'host') throw untrusted('is for a user')
  if (certificate.criticalOptions.length > 0) throw untrusted('has a critical option')
  if (!certificate.principals.includes(check.host)) throw untrusted(`is not for ${check.host}`)
  const now = BigInt(Math.floor(check.nowMillis / 1000))
  if (now < certificate.validAfter) throw untrusted('is not valid yet')
  if (now >= certificate.validBefore) throw untrusted('has expired')
  const key = readPublicKey(certificate.subject)
  if (key === undefined) throw untrusted('has no key')
  return key
}

function read(blob: Buffer): UnverifiedCertificate {
  try {
    return readCertificate(blob)
  } catch (cause) {
    throw new TargetError('ERR_TARGET_TLS', 'the host certificate of the target cannot be read', {
      cause,
    })
  }
}

function untrusted(why: string): TargetError {
  const nextStep =
    'Look at it with `ssh-keygen -L`; an administrator changes `hostAuthorities` or `hostKeys`.'
  return new TargetError('ERR_TARGET_TLS', `the host certificate of the target ${why}`, {
    nextStep,
  })
}
