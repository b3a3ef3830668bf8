import { Injectable } from '@nestjs/common'
import { AuthError } from '@wardgate/errors'
import { AuditLog } from '../common/audit-port'
import type { Identity } from '../common/auth/identity'
import { Clock } from '../common/clock'
import { Database } from '../common/database/database'
import { Config } from '../config/config'
import { ConnectionsService } from '../connections/connections.service'
import { InvalidTarget } from './invalid-target'
import { IdentityService } from './identity.service'
import type { ExchangeRequest } from './token-exchange.dto'
import { WardgateTokens } from './tokens/wardgate-tokens'

const surface = 'token-exchange'

/** RFC 8693: an issuer's token becomes a Wardgate token for one connection. */
@Injectable()
export class TokenExchangeService {
  constructor(
    private readonly identities: IdentityService,
    private readonly tokens: WardgateTokens,
    private readonly connections: ConnectionsService,
    private readonly database: Database,
    private readonly audit: AuditLog,
    private readonly config: Config,
    private readonly clock: Clock,
  ) {}

  /** Subject and actor must both be permitted: delegation gives nobody more than it has. */
  async exchange(request: ExchangeRequest, address: string) {
    const connection = request.audience.slice('connection:'.length)
    const context = { address, surface }
    const subject = await this.identities.authenticate(request.subject_token, context)
    this.identities.authorize(subject, 'connections:use', connection)
    const actor =
      request.actor_token === undefined
        ? undefined
        : await this.identities.authenticate(request.actor_token, context)
    if (actor !== undefined) this.identities.authorize(actor, 'connections:use', connection)
    if ((await this.connections.findByName(connection)) === null)
      throw new InvalidTarget(connection)
    const expiresAt = this.expiry(subject, actor)
    await this.journal(subject, actor, connection, expiresAt)
    return {
      access_token: await this.tokens.issue({
        principal: subject.principal,
        connection,
        expiresAt,
        ...(actor === undefined ? {} : { actor: actorOf(actor) }),
      }),
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token' as const,
      token_type: 'Bearer' as const,
      expires_in: Math.floor((expiresAt.getTime() - this.clock.now()) / 1000),
    }
  }

  /** Never longer than what was exchanged. */
  private expiry(subject: Identity, actor: Identity | undefined): Date {
    const now = this.clock.now()
    const ends = [subject, actor].flatMap((identity) => identity?.expiresAt.getTime() ?? [])
    const end = Math.min(now + this.config.tokenSeconds * 1000, ...ends)
    if (end <= now) throw new AuthError('ERR_AUTH_EXPIRED_TOKEN', 'the token has expired')
    return new Date(end)
  }

  private async journal(
    { principal }: Identity,
    actor: Identity | undefined,
    connection: string,
    expiresAt: Date,
  ): Promise<void> {
    const body = {
      connection,
      expiresAt: expiresAt.toISOString(),
      ...(actor === undefined ? {} : { actor: actorOf(actor) }),
    }
    await this.database.transaction((tx) =>
      this.audit.append(tx, { kind: 'token.exchanged', principalId: principal.id, body }),
    )
  }
}

function actorOf({ principal: { id, name } }: Identity) {
  return { id, name }
}
