import { AuthError, GatewayError } from '@wardgate/errors'
import {
  errors,
  type JWTPayload,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  type JWTVerifyResult,
  jwtVerify,
} from 'jose'
import { storable, unstorablePaths } from '../../common/storable-text'

/** Clocks of issuers may differ from ours by this much. */
const clockToleranceSeconds = 60

export interface VerifiedClaims extends JWTPayload {
  readonly sub: string
  readonly exp: number
}

export interface TokenExpectations {
  readonly issuer: string
  readonly audiences: readonly string[]
  readonly algorithms: readonly string[]
  readonly now: Date
}

/** The claims of a token whose signature, issuer, audience and times hold. Rejects with an AuthError that says which does not. */
export async function verifyJwt(
  rawToken: string,
  keys: JWTVerifyGetKey,
  expected: TokenExpectations,
): Promise<VerifiedClaims> {
  const options: JWTVerifyOptions = {
    issuer: expected.issuer,
    audience: [...expected.audiences],
    algorithms: [...expected.algorithms],
    clockTolerance: clockToleranceSeconds,
    currentDate: expected.now,
    requiredClaims: ['sub', 'exp'],
  }
  try {
    const claims = await verifyWithAnyKey(rawToken, keys, options)
    if (typeof claims.sub !== 'string' || claims.sub === '' || claims.exp === undefined)
      throw new AuthError('ERR_AUTH_INVALID_TOKEN', 'the token names no subject')
    refuseUnstorable(claims)
    refuseBound(claims)
    return { ...claims, sub: claims.sub, exp: claims.exp }
  } catch (caught) {
    throw toAuthError(caught, expected)
  }
}

/** Such a claim could be neither stored nor matched by a rule. */
function refuseUnstorable(claims: JWTPayload): void {
  const [claim] = unstorablePaths(claims)
  if (claim === undefined) return
  const message = `the claim ${storable(claim)} of the token holds NUL or a lone surrogate`
  throw new AuthError('ERR_AUTH_INVALID_TOKEN', message)
}

/**
 * RFC 9449 section 7.2, RFC 8705 section 3: a token that is bound to a key is no bearer token. Whoever presents it here
 * shows no key: it may be somebody who has found the token alone. Fails closed for ways of RFC 7800 that are not known.
 */
function refuseBound({ cnf }: JWTPayload): void {
  if (cnf === undefined) return
  throw new AuthError(
    'ERR_AUTH_INVALID_TOKEN',
    `the token is bound to ${boundTo(cnf)}, and comes without proof of it`,
    {
      nextStep:
        'Have the issuer give this client bearer tokens: without DPoP, and not bound to a certificate.',
    },
  )
}

function boundTo(cnf: unknown): string {
  if (typeof cnf !== 'object' || cnf === null) return 'a key'
  if ('jkt' in cnf) return 'a key (DPoP)'
  return 'x5t#S256' in cnf ? 'a client certificate' : 'a key'
}

async function verifyWithAnyKey(
  rawToken: string,
  keys: JWTVerifyGetKey,
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  try {
    return claimsOf(await jwtVerify(rawToken, keys, options))
  } catch (caught) {
    // A token without `kid` may fit several keys of the issuer.
    if (!(caught instanceof errors.JWKSMultipleMatchingKeys)) throw caught
    for await (const key of caught) {
      try {
        return claimsOf(await jwtVerify(rawToken, key, options))
      } catch (error) {
        if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error
      }
    }
    throw new errors.JWSSignatureVerificationFailed()
  }
}

/** RFC 8725 section 3.11: what is typed as something else, such as a log-out token, is no credential. */
const credentialTypes = ['jwt', 'at+jwt', 'jose']

function claimsOf({ payload, protectedHeader: { typ } }: JWTVerifyResult): JWTPayload {
  const type = typ?.toLowerCase().replace(/^application\//, '')
  if (type === undefined || credentialTypes.includes(type)) return payload
  throw new AuthError('ERR_AUTH_INVALID_TOKEN', 'the token is of a type that is no credential')
}

function toAuthError(cause: unknown, expected: TokenExpectations): GatewayError {
  if (cause instanceof GatewayError) return cause
  if (cause instanceof errors.JWTExpired)
    return new AuthError('ERR_AUTH_EXPIRED_TOKEN', 'the token has expired', { cause })
  if (cause instanceof errors.JWTClaimValidationFailed) return claimError(cause, expected)
  if (cause instanceof errors.JOSEAlgNotAllowed)
    return invalid('the signature algorithm of the token is not allowed', cause)
  if (cause instanceof errors.JWKSNoMatchingKey)
    return invalid('the token is signed with a key that its issuer does not publish', cause)
  if (cause instanceof errors.JWSSignatureVerificationFailed)
    return invalid('the signature of the token does not verify', cause)
  return invalid('the token cannot be verified', cause)
}

function claimError(
  cause: InstanceType<typeof errors.JWTClaimValidationFailed>,
  expected: TokenExpectations,
): AuthError {
  if (cause.claim === 'aud')
    return new AuthError(
      'ERR_AUTH_WRONG_AUDIENCE',
      `the token is not for ${expected.audiences.join(' or ')}`,
      { cause },
    )
  if (cause.claim === 'nbf')
    return new AuthError('ERR_AUTH_EXPIRED_TOKEN', 'the token is not valid yet', { cause })
  return invalid(`the claim ${cause.claim} of the token is missing or wrong`, cause)
}

function invalid(message: string, cause: unknown): AuthError {
  return new AuthError('ERR_AUTH_INVALID_TOKEN', message, { cause })
}
