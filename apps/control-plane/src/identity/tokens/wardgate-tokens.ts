import { Injectable } from '@nestjs/common'
import { AuthError } from '@wardgate/errors'
import { SignJWT } from 'jose'
import { v7 as uuid } from 'uuid'
import { z } from 'zod'
import type { Actor } from '../../common/auth/identity'
import { Clock } from '../../common/clock'
import { Config } from '../../config/config'
import type { IdentifiedPrincipal } from '../../common/auth/identity'
import type { JsonObject } from '../../common/audit-port'
import { SigningKeyStore } from './signing-key'
import { readUnverifiedAudience } from './unverified-token'
import { verifyJwt } from './verify-jwt'

const algorithm = 'ES256'
const audiencePrefix = 'connection:'

export interface NewWardgateToken {
  readonly principal: IdentifiedPrincipal
  readonly connection: string
  readonly actor?: Actor
  readonly expiresAt: Date
}

export interface WardgateToken {
  readonly principalId: string
  readonly connection: string
  readonly actor?: Actor
  readonly expiresAt: Date
  /** As they were in the token that was exchanged. */
  readonly groups: readonly string[]
  readonly claims: JsonObject
  readonly owner: string
}

const claimsSchema = z.object({
  sub: z.uuid(),
  exp: z.number(),
  groups: z.array(z.string()),
  owner: z.string(),
  attributes: z.record(z.string(), z.json()),
  act: z.object({ sub: z.uuid(), name: z.string() }).optional(),
})

/** Our own tokens: good for one connection, for minutes. */
@Injectable()
export class WardgateTokens {
  constructor(
    private readonly keys: SigningKeyStore,
    private readonly config: Config,
    private readonly clock: Clock,
  ) {}

  get issuer(): string {
    return this.config.publicUrl
  }

  async issue(token: NewWardgateToken): Promise<string> {
    const { privateKey, kid } = await this.keys.get()
    const { principal, actor } = token
    const claims = {
      groups: principal.groups,
      owner: principal.owner,
      attributes: principal.claims,
      ...(actor === undefined ? {} : { act: { sub: actor.id, name: actor.name } }),
    }
    return new SignJWT(claims)
      .setProtectedHeader({ alg: algorithm, kid, typ: 'at+jwt' })
      .setIssuer(this.issuer)
      .setSubject(principal.id)
      .setAudience(`${audiencePrefix}${token.connection}`)
      .setIssuedAt(Math.floor(this.clock.now() / 1000))
      .setExpirationTime(Math.floor(token.expiresAt.getTime() / 1000))
      .setJti(uuid())
      .sign(privateKey)
  }

  /** Says for which connection it is; whether that is the one in question is the caller's to check. */
  async verify(rawToken: string): Promise<WardgateToken> {
    const { publicKey } = await this.keys.get()
    const unverifiedAudience = readUnverifiedAudience(rawToken)
    const verified = await verifyJwt(rawToken, () => publicKey, {
      issuer: this.issuer,
      audiences: [unverifiedAudience],
      algorithms: [algorithm],
      now: new Date(this.clock.now()),
    })
    const parsed = claimsSchema.safeParse(verified)
    // The audience is verified now: it is the one that the signature covers.
    if (!parsed.success || !unverifiedAudience.startsWith(audiencePrefix))
      throw new AuthError('ERR_AUTH_INVALID_TOKEN', 'the token is no Wardgate access token')
    const { sub, exp, groups, owner, attributes, act } = parsed.data
    return {
      principalId: sub,
      connection: unverifiedAudience.slice(audiencePrefix.length),
      expiresAt: new Date(exp * 1000),
      groups,
      owner,
      claims: attributes,
      ...(act === undefined ? {} : { actor: { id: act.sub, name: act.name } }),
    }
  }
}
