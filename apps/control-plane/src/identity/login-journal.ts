import { Injectable } from '@nestjs/common'
import type { GatewayError } from '@wardgate/errors'
import { AuditLog } from '../common/audit-port'
import type { AuthenticationContext } from '../common/auth/authenticator'
import type { Identity } from '../common/auth/identity'
import { Database } from '../common/database/database'

const longestText = 300

/** Every log-in and every refusal, in the audit log. When the log cannot take it, nobody gets in. */
@Injectable()
export class LoginJournal {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditLog,
  ) {}

  async accepted(identity: Identity, context: AuthenticationContext): Promise<void> {
    const { principal, actor, boundConnection } = identity
    const body = {
      surface: context.surface,
      address: context.address,
      principal: principal.name,
      subject: principal.subject,
      issuer: principal.issuer,
      expiresAt: identity.expiresAt.toISOString(),
      ...(actor === undefined ? {} : { actor: actor.id }),
      ...(boundConnection === undefined ? {} : { connection: boundConnection }),
    }
    await this.database.transaction((tx) =>
      this.audit.append(tx, { kind: 'login.accepted', principalId: principal.id, body }),
    )
  }

  async refused(
    error: GatewayError,
    context: AuthenticationContext,
    unverifiedIssuer: string,
  ): Promise<void> {
    const body = {
      surface: context.surface,
      address: context.address,
      code: error.code,
      reason: error.expose ? error.message.slice(0, longestText) : '',
      claimedIssuer: unverifiedIssuer.slice(0, longestText),
      ...(context.expectedConnection === undefined
        ? {}
        : { connection: context.expectedConnection.slice(0, longestText) }),
    }
    await this.database.transaction((tx) => this.audit.append(tx, { kind: 'login.refused', body }))
  }
}
