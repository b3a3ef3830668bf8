import { Injectable } from '@nestjs/common'
import { BoundedMap } from '../../common/bounded-map'
import { Clock } from '../../common/clock'
import type { Issuer } from '../issuers/issuer'
import { IssuerKeys } from '../issuers/issuer-keys'
import { verifyJwt, type VerifiedClaims } from './verify-jwt'

const mostIssuers = 200

/** Verifies tokens of registered issuers. */
@Injectable()
export class IssuerTokens {
  readonly #keys = new BoundedMap<string, IssuerKeys>(mostIssuers)

  constructor(private readonly clock: Clock) {}

  verify(rawToken: string, issuer: Issuer, audiences = issuer.audiences): Promise<VerifiedClaims> {
    const keys = this.keysOf(issuer.issuer)
    return verifyJwt(rawToken, (header, token) => keys.find(header, token), {
      issuer: issuer.issuer,
      audiences,
      algorithms: issuer.algorithms,
      now: new Date(this.clock.now()),
    })
  }

  private keysOf(issuer: string): IssuerKeys {
    const known = this.#keys.get(issuer)
    if (known !== undefined) return known
    const keys = new IssuerKeys(issuer, this.clock)
    this.#keys.set(issuer, keys)
    return keys
  }
}
