import { AuthError } from '@wardgate/errors'
import { decodeJwt } from 'jose'

export const longestToken = 16 * 1024
/** RFC 7515 section 7.1: three base64url parts. */
const compact = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/

/** Whom the token claims to be from; nothing of it has been verified. */
export function readUnverifiedIssuer(rawToken: string): string {
  if (rawToken === '') throw new AuthError('ERR_AUTH_MISSING', 'the token is empty')
  if (rawToken.length > longestToken)
    throw new AuthError('ERR_AUTH_INVALID_TOKEN', `the token is longer than ${longestToken} bytes`)
  if (!compact.test(rawToken)) throw new AuthError('ERR_AUTH_INVALID_TOKEN', notAJwt)
  try {
    const { iss } = decodeJwt(rawToken)
    if (typeof iss === 'string') return iss
  } catch (cause) {
    throw new AuthError('ERR_AUTH_INVALID_TOKEN', notAJwt, { cause })
  }
  throw new AuthError('ERR_AUTH_INVALID_TOKEN', 'the token names no issuer')
}

const notAJwt = 'the token is not a signed JWT'

/** The single audience that the token claims to have; empty when it has none or several. */
export function readUnverifiedAudience(rawToken: string): string {
  const { aud } = decodeJwt(rawToken)
  return typeof aud === 'string' ? aud : ''
}
