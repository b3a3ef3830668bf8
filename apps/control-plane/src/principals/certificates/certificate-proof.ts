import { AuthError } from '@wardgate/errors'
import type { KeyProof } from '@wardgate/gateway'
import {
  isCertifiedBy,
  type PublicKey,
  readCertificate,
  readPublicKey,
  signedByOf,
  type UnverifiedCertificate,
} from '@wardgate/wire/openssh'
import { isSignedRequest } from '../keys/key-proof'

export interface CertifiedLogin {
  readonly principalId: string
  readonly serial: string
  readonly expiresAt: Date
}

interface Circumstances {
  /** The user name that was asked for. */
  readonly connection: string
  readonly authority: PublicKey
  readonly nowMillis: number
}

const principalKeyId = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/
const nextStep = 'Get another certificate with `wardgate ssh login`.'

export function isCertificate({ algorithm }: KeyProof): boolean {
  return signedByOf(algorithm) !== undefined
}

/** Whose certificate it is that a login was signed with. Throws an AuthError that says what is wrong with it. */
export function certifiedLogin(proof: KeyProof, circumstances: Circumstances): CertifiedLogin {
  const { connection, authority } = circumstances
  const certificate = read(proof)
  // Whatever else it says is nobody's word before this.
  if (!isCertifiedBy(certificate, authority)) throw refused('was not issued by this control plane')
  const subject = readPublicKey(certificate.subject)
  if (subject === undefined || !isSignedRequest(proof, subject, connection))
    throw refused('came without a valid signature by its key')
  if (certificate.type !== 'user') throw refused('is for a host')
  if (certificate.criticalOptions.length > 0)
    throw refused('has a critical option that is not understood')
  if (!certificate.principals.includes(connection))
    throw refused(`is not for connection ${connection}`)
  if (!principalKeyId.test(certificate.keyId)) throw refused('names no principal')
  const expiresAt = lifeOf(certificate, circumstances.nowMillis)
  return { principalId: certificate.keyId, serial: certificate.serial.toString(), expiresAt }
}

function read(proof: KeyProof): UnverifiedCertificate {
  try {
    return readCertificate(proof.publicKey)
  } catch (cause) {
    throw new AuthError('ERR_AUTH_INVALID_TOKEN', 'the certificate cannot be read', { cause })
  }
}

function lifeOf({ validAfter, validBefore }: UnverifiedCertificate, nowMillis: number): Date {
  const now = BigInt(Math.floor(nowMillis / 1000))
  if (now < validAfter) throw refused('is not valid yet')
  if (now >= validBefore)
    throw new AuthError('ERR_AUTH_EXPIRED_TOKEN', 'the certificate has expired', { nextStep })
  // Ours end within days; one without an end would be none of ours.
  return new Date(Number(validBefore) * 1000)
}

function refused(why: string): AuthError {
  return new AuthError('ERR_AUTH_INVALID_TOKEN', `the certificate ${why}`, { nextStep })
}
