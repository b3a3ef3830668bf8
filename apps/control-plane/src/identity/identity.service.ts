import { Injectable } from '@nestjs/common'
import { AuthError, GatewayError } from '@wardgate/errors'
import type { KeyProof } from '@wardgate/gateway'
import { type AuthenticationContext, Authenticator } from '../common/auth/authenticator'
import { authorize, type Identity } from '../common/auth/identity'
import type { Permission } from '../common/auth/permissions'
import { Clock } from '../common/clock'
import { EpochWatch } from '../common/epoch/epoch-watch'
import { ConsoleSessions } from './console-sessions'
import { FailureLimiter, TooManyFailures } from './failure-limiter'
import { IdentityBuilder } from './identity-builder'
import type { Issuer } from './issuers/issuer'
import { IssuersRepository } from './issuers/issuers.repository'
import { LoginJournal } from './login-journal'
import { OpenedIdentities } from './opened-identities'
import { IssuerTokens } from './tokens/issuer-tokens'
import { readUnverifiedIssuer } from './tokens/unverified-token'
import { WardgateTokens } from './tokens/wardgate-tokens'
import { VerifiedTokens } from './verified-tokens'

/** What failures with keys are counted and told under, in place of an issuer. */
const keyLogins = 'public-key'

/** Who is asking, and whether it may. */
@Injectable()
export class IdentityService extends Authenticator {
  readonly #verified: VerifiedTokens
  readonly #failures: FailureLimiter
  readonly #opened: OpenedIdentities

  constructor(
    private readonly issuers: IssuersRepository,
    private readonly issuerTokens: IssuerTokens,
    private readonly wardgateTokens: WardgateTokens,
    private readonly builder: IdentityBuilder,
    private readonly journal: LoginJournal,
    private readonly consoleSessions: ConsoleSessions,
    private readonly epochs: EpochWatch,
    clock: Clock,
  ) {
    super()
    this.#verified = new VerifiedTokens(clock)
    this.#failures = new FailureLimiter(clock)
    this.#opened = new OpenedIdentities(clock)
  }

  /** Verifies the token and reads what its principal may do now. Failures are counted, audited and rejected. */
  override async authenticate(rawToken: string, context: AuthenticationContext): Promise<Identity> {
    let unverifiedIssuer = ''
    let issuer: Issuer | null = null
    try {
      unverifiedIssuer = readUnverifiedIssuer(rawToken)
      // Sessions alone: who administers sees every change at once.
      const isSession = context.surface === 'grpc'
      const epoch = this.epochs.current
      const opened = isSession ? this.#opened.get(rawToken, epoch) : undefined
      if (opened !== undefined && isBoundTo(opened, context.expectedConnection)) return opened
      if (unverifiedIssuer === this.wardgateTokens.issuer) {
        this.#failures.check(context.address, unverifiedIssuer)
        const identity = await this.authenticateOwn(rawToken, context)
        if (isSession) this.#opened.set(rawToken, epoch, identity)
        return identity
      }
      issuer = await this.issuers.findByUrl(unverifiedIssuer)
      const identity = await this.authenticateForeign(rawToken, issuer, context)
      if (isSession) this.#opened.set(rawToken, epoch, identity)
      return identity
    } catch (error) {
      const isOwn = unverifiedIssuer === this.wardgateTokens.issuer
      // Issuers that nobody registered count as one: else every made-up name would start at zero.
      const counted = isOwn ? unverifiedIssuer : (issuer?.issuer ?? '')
      await this.refused(error, context, counted, unverifiedIssuer)
      throw error
    }
  }

  override async authenticateKey(
    rawProof: KeyProof,
    context: AuthenticationContext & { readonly expectedConnection: string },
  ): Promise<Identity> {
    try {
      this.#failures.check(context.address, keyLogins)
      const identity = await this.builder.fromKeyProof(rawProof, context.expectedConnection)
      await this.journal.accepted(identity, context)
      return identity
    } catch (error) {
      await this.refused(error, context, keyLogins, keyLogins)
      throw error
    }
  }

  override review(identity: Identity): Promise<Identity> {
    return this.builder.review(identity)
  }

  override authenticateCookie(rawCookie: string): Promise<Identity | undefined> {
    return this.consoleSessions.identify(rawCookie)
  }

  authorize(identity: Identity, permission: Permission, connection?: string): void {
    authorize(identity, permission, connection)
  }

  private async authenticateForeign(
    rawToken: string,
    issuer: Issuer | null,
    context: AuthenticationContext,
  ): Promise<Identity> {
    const known = this.#verified.get(rawToken)
    const usable = known?.issuerId === issuer?.id && known?.issuerVersion === issuer?.version
    if (known !== undefined && issuer?.enabled === true && usable)
      return this.builder.fromClaims(issuer, known.claims)
    this.#failures.check(context.address, issuer?.issuer ?? '')
    if (issuer?.enabled !== true)
      throw new AuthError('ERR_AUTH_INVALID_TOKEN', 'the issuer of the token is not registered')
    const claims = await this.issuerTokens.verify(rawToken, issuer)
    const identity = await this.builder.fromClaims(issuer, claims)
    await this.journal.accepted(identity, context)
    this.#verified.set(rawToken, {
      issuerId: issuer.id,
      issuerVersion: issuer.version,
      claims,
      expiresAt: identity.expiresAt,
    })
    return identity
  }

  private async authenticateOwn(rawToken: string, context: AuthenticationContext) {
    const token = await this.wardgateTokens.verify(rawToken)
    if (token.connection !== context.expectedConnection)
      throw new AuthError(
        'ERR_AUTH_WRONG_AUDIENCE',
        `the token is for connection ${token.connection} only`,
      )
    const identity = await this.builder.fromWardgateToken(token)
    await this.journal.accepted(identity, context)
    return identity
  }

  private async refused(
    error: unknown,
    context: AuthenticationContext,
    countedIssuer: string,
    unverifiedIssuer: string,
  ): Promise<void> {
    // Refusals by the limit itself are not audited one by one: that would let a stranger fill the log.
    if (!(error instanceof GatewayError) || error instanceof TooManyFailures) return
    const blameless: readonly string[] = ['ERR_AUTH_ISSUER_UNREACHABLE', 'ERR_INTERNAL']
    if (!blameless.includes(error.code)) this.#failures.count(context.address, countedIssuer)
    await this.journal.refused(error, context, unverifiedIssuer)
  }
}

/** A Wardgate token is good for one connection; any other is refused the long way, which tells of it. */
function isBoundTo({ boundConnection }: Identity, connection: string | undefined): boolean {
  return boundConnection === undefined || boundConnection === connection
}
