import { createHash } from 'node:crypto'
import { BoundedMap } from '../common/bounded-map'
import type { Clock } from '../common/clock'
import type { VerifiedClaims } from './tokens/verify-jwt'

const mostTokens = 10_000

/** A token of a registered issuer whose signature and times were found to hold. */
export interface VerifiedToken {
  readonly issuerId: string
  /** The issuer's version at that time: any change of the issuer voids it. */
  readonly issuerVersion: number
  readonly claims: VerifiedClaims
  readonly expiresAt: Date
}

/** Spares the signature check for tokens seen before. It says nothing of what its bearer may do: that is read each time. */
export class VerifiedTokens {
  readonly #tokens = new BoundedMap<string, VerifiedToken>(mostTokens)

  constructor(private readonly clock: Clock) {}

  get(rawToken: string): VerifiedToken | undefined {
    const key = keyOf(rawToken)
    const token = this.#tokens.get(key)
    if (token === undefined || token.expiresAt.getTime() > this.clock.now()) return token
    this.#tokens.delete(key)
    return undefined
  }

  set(rawToken: string, token: VerifiedToken): void {
    this.#tokens.set(keyOf(rawToken), token)
  }
}

function keyOf(rawToken: string): string {
  return createHash('sha256').update(rawToken).digest('base64')
}
