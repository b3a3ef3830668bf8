import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common'
import { v7 as uuid } from 'uuid'
import { AuditLog } from '../common/audit-port'
import { builtInRoles } from '../common/auth/permissions'
import { Database } from '../common/database/database'
import type { Transaction } from '../common/database/transaction'
import { EpochService } from '../common/epoch/epoch.service'
import type { Bootstrap } from '../config/config'
import { Config } from '../config/config'
import { RoleBindingsRepository } from '../roles/role-bindings.repository'
import { RolesRepository } from '../roles/roles.repository'
import { BootstrapRepository } from './bootstrap.repository'
import type { Issuer } from './issuers/issuer'
import { isTrustworthy } from './issuers/issuer-url'
import { IssuersRepository } from './issuers/issuers.repository'
import { ConfigError } from '@wardgate/errors'

const issuerName = 'bootstrap'
const administrators = 'admin'

/** The first start: built-in roles, and the first administrator as the operator's environment names it. */
@Injectable()
export class BootstrapService implements OnApplicationBootstrap {
  private readonly logger = new Logger('bootstrap')

  constructor(
    private readonly bootstrap: BootstrapRepository,
    private readonly issuers: IssuersRepository,
    private readonly roles: RolesRepository,
    private readonly bindings: RoleBindingsRepository,
    private readonly database: Database,
    private readonly epochs: EpochService,
    private readonly audit: AuditLog,
    private readonly config: Config,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.database.transaction(async (tx) => {
      await this.bootstrap.lock(tx)
      if (await this.roles.syncBuiltIn(tx, builtInRoles)) await this.epochs.bump(tx)
      const wanted = this.config.bootstrap
      if (wanted !== undefined) await this.appointAdministrator(tx, wanted)
    })
  }

  /** Only while nobody administers: later the environment must not be a way to become administrator. */
  private async appointAdministrator(tx: Transaction, wanted: Bootstrap): Promise<void> {
    if ((await this.bindings.countUnscoped(tx, administrators)) > 0) return
    if (!isTrustworthy(wanted.issuer))
      throw new ConfigError(
        'ERR_CONFIG_INVALID',
        'WARDGATE_BOOTSTRAP_ISSUER must be https, or http on loopback',
      )
    const role = builtInRoles.find(({ name }) => name === administrators)
    if (role === undefined) throw new TypeError('there is no built-in role admin')
    const issuer =
      (await this.issuers.findByUrl(wanted.issuer)) ?? (await this.register(tx, wanted))
    // Bound to this issuer: another one that is registered later cannot mint administrators.
    const subject = `${issuer.name}/${wanted.admin}`
    await this.bindings.create(tx, uuid(), { roleId: role.id, subject, connections: [] })
    await this.epochs.bump(tx)
    const body = { issuer: { id: issuer.id, name: issuer.name, issuer: issuer.issuer }, subject }
    await this.audit.append(tx, { kind: 'bootstrap.administrator', body })
    this.logger.warn({ subject }, 'first administrator appointed from the environment')
  }

  private register(tx: Transaction, wanted: Bootstrap): Promise<Issuer> {
    return this.issuers.create(tx, uuid(), {
      name: issuerName,
      issuer: wanted.issuer,
      audiences: [wanted.audience],
      algorithms: ['ES256', 'RS256', 'PS256', 'EdDSA'],
      groupClaims: ['groups'],
      clientId: wanted.clientId,
      personClaim: 'token_use=person',
      ownerClaim: 'owner',
      enabled: true,
    })
  }
}
