import { Injectable } from '@nestjs/common'
import { AuthError, GatewayError, RequestError } from '@wardgate/errors'
import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client'
import { Config } from '../../config/config'
import { ConsoleSessions } from '../console-sessions'
import { IdentityBuilder } from '../identity-builder'
import type { Issuer } from '../issuers/issuer'
import { IssuersRepository } from '../issuers/issuers.repository'
import { LoginJournal } from '../login-journal'
import { IssuerTokens } from '../tokens/issuer-tokens'
import type { VerifiedClaims } from '../tokens/verify-jwt'
import { LoginClients } from './login-clients'
import { type LoginState, LoginStates, noLogin } from './login-state'

const callbackPath = '/auth/callback'
const surface = 'console'

/** Log-in of people: authorization code with PKCE (RFC 7636), state and nonce. */
@Injectable()
export class LoginService {
  constructor(
    private readonly issuers: IssuersRepository,
    private readonly clients: LoginClients,
    private readonly states: LoginStates,
    private readonly tokens: IssuerTokens,
    private readonly builder: IdentityBuilder,
    private readonly sessions: ConsoleSessions,
    private readonly journal: LoginJournal,
    private readonly config: Config,
  ) {}

  async listIssuers() {
    const issuers = await this.issuers.listForLogin()
    return { items: issuers.map(({ name }) => ({ name })) }
  }

  /** Where to send the browser, and the cookie that it has to bring back. */
  async begin(issuerName: string | undefined, returnTo: string) {
    const issuer = await this.chooseIssuer(issuerName)
    const client = await this.clients.get(issuer)
    const state: LoginState = {
      issuerId: issuer.id,
      state: randomState(),
      nonce: randomNonce(),
      verifier: randomPKCECodeVerifier(),
      returnTo: this.localPath(returnTo),
    }
    const url = buildAuthorizationUrl(client, {
      redirect_uri: `${this.config.publicUrl}${callbackPath}`,
      scope: scopesOf(client.serverMetadata().scopes_supported),
      code_challenge: await calculatePKCECodeChallenge(state.verifier),
      code_challenge_method: 'S256',
      state: state.state,
      nonce: state.nonce,
    })
    return { url: url.href, cookie: await this.states.seal(state) }
  }

  async finish(rawStateCookie: string | undefined, pathAndQuery: string, address: string) {
    const context = { address, surface }
    try {
      if (rawStateCookie === undefined) throw noLogin()
      const state = await this.states.open(rawStateCookie)
      const issuer = await this.issuers.find(state.issuerId)
      if (issuer?.enabled !== true) throw noLogin()
      const claims = await this.redeem(issuer, state, pathAndQuery)
      const kind = issuer.personClaim === '' ? 'person' : undefined
      const { id } = await this.builder.register(issuer, claims, claims.sub, kind)
      const { principal } = await this.builder.fromPrincipal(id, new Date(claims.exp * 1000))
      const login = { surface, address, principal: principal.name, issuer: issuer.name }
      return { cookie: await this.sessions.open(principal.id, login), returnTo: state.returnTo }
    } catch (error) {
      if (error instanceof GatewayError) await this.journal.refused(error, context, '')
      throw error
    }
  }

  logout(rawCookie: string): Promise<void> {
    return this.sessions.close(rawCookie)
  }

  /** The claims of the ID token, and of the access token when that is a JWT for us: some issuers put groups only there. */
  private async redeem(
    issuer: Issuer,
    state: LoginState,
    pathAndQuery: string,
  ): Promise<VerifiedClaims> {
    const answer = await this.exchangeCode(issuer, state, pathAndQuery)
    const idClaims = await this.tokens.verify(answer.id_token ?? '', issuer, [issuer.clientId])
    try {
      const claims = await this.tokens.verify(answer.access_token, issuer)
      if (claims.sub === idClaims.sub) return { ...idClaims, ...claims }
    } catch (error) {
      // An opaque access token, or one for another audience, adds nothing.
      if (!(error instanceof AuthError)) throw error
    }
    return idClaims
  }

  private async exchangeCode(issuer: Issuer, state: LoginState, pathAndQuery: string) {
    const client = await this.clients.get(issuer)
    try {
      return await authorizationCodeGrant(client, new URL(pathAndQuery, this.config.publicUrl), {
        pkceCodeVerifier: state.verifier,
        expectedState: state.state,
        expectedNonce: state.nonce,
        idTokenExpected: true,
      })
    } catch (cause) {
      throw new AuthError('ERR_AUTH_INVALID_TOKEN', 'the issuer did not confirm the log-in', {
        nextStep: 'Begin again at /auth/login.',
        cause,
      })
    }
  }

  private async chooseIssuer(name: string | undefined): Promise<Issuer> {
    const issuers = await this.issuers.listForLogin()
    const issuer = name === undefined ? issuers[0] : issuers.find((known) => known.name === name)
    if (issuer !== undefined) return issuer
    throw new RequestError('ERR_REQUEST_NOT_FOUND', 'there is no such issuer to log in with', {
      nextStep: 'GET /auth/issuers lists them.',
    })
  }

  /** A link must not send people to a foreign site after they have logged in here. */
  private localPath(returnTo: string): string {
    const base = new URL(this.config.publicUrl)
    if (!URL.canParse(returnTo, base.href)) return '/'
    const url = new URL(returnTo, base)
    return url.origin === base.origin ? `${url.pathname}${url.search}` : '/'
  }
}

function scopesOf(supported: readonly string[] | undefined): string {
  const optional = ['profile', 'email', 'groups']
  return ['openid', ...optional.filter((scope) => supported?.includes(scope) === true)].join(' ')
}
