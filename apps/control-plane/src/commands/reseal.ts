import { Injectable, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { createLogger } from '@wardgate/logger'
import { AuditModule } from '../audit/audit.module'
import { AuditLog } from '../common/audit-port'
import { ClockModule } from '../common/clock'
import { Database } from '../common/database/database'
import { DatabaseModule } from '../common/database/database.module'
import { EpochModule } from '../common/epoch/epoch.module'
import { EpochService } from '../common/epoch/epoch.service'
import { NestLogger } from '../common/logging'
import { SealingModule } from '../common/sealing/sealing.module'
import type { Config } from '../config/config'
import { ConfigModule } from '../config/config.module'
import { IssuersRepository } from '../identity/issuers/issuers.repository'
import { PolicyRepository } from '../policies/policy.repository'
import { RoleBindingsRepository } from '../roles/role-bindings.repository'
import { RolesRepository } from '../roles/roles.repository'

/** Takes the rows that grant power for what they are: for who has checked them, after a restore or an upgrade. */
@Injectable()
export class ResealService {
  constructor(
    private readonly issuers: IssuersRepository,
    private readonly roles: RolesRepository,
    private readonly bindings: RoleBindingsRepository,
    private readonly policies: PolicyRepository,
    private readonly database: Database,
    private readonly epochs: EpochService,
    private readonly audit: AuditLog,
  ) {}

  reseal() {
    return this.database.transaction(async (tx) => {
      await this.epochs.bump(tx)
      const sealed = {
        issuers: await this.issuers.resealAll(tx),
        roles: await this.roles.resealAll(tx),
        roleBindings: await this.bindings.resealAll(tx),
        policies: await this.policies.sealInForce(tx),
      }
      await this.audit.append(tx, { kind: 'database.resealed', body: sealed })
      return sealed
    })
  }
}

@Module({
  imports: [ClockModule, DatabaseModule, EpochModule, SealingModule, AuditModule],
  providers: [
    IssuersRepository,
    RolesRepository,
    RoleBindingsRepository,
    PolicyRepository,
    ResealService,
  ],
})
class ResealApp {}

/** `reseal`: seals issuers, roles, role bindings and the policies in force as they stand. */
export async function reseal(config: Config): Promise<void> {
  const logger = createLogger({ name: 'control-plane', level: config.logLevel })
  const app = await NestFactory.createApplicationContext(
    { module: ResealApp, imports: [ConfigModule.with(config)] },
    // Nest's type of options is a class that nobody instantiates.
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
    { logger: new NestLogger(logger), abortOnError: false },
  )
  try {
    logger.info(await app.get(ResealService).reseal(), 'rows sealed as they stand')
  } finally {
    await app.close()
  }
}
