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
import { SealedRows } from '../common/sealing/sealed-rows'
import { SealingModule } from '../common/sealing/sealing.module'
import type { Config } from '../config/config'
import { ConfigModule } from '../config/config.module'
import { SealedRepositories, sealedRepositories } from './sealed-repositories'

/** Takes the rows that grant power for what they are: for who has checked them, after a restore or an upgrade. */
@Injectable()
export class ResealService {
  constructor(
    private readonly repositories: SealedRepositories,
    private readonly sealed: SealedRows,
    private readonly database: Database,
    private readonly epochs: EpochService,
    private readonly audit: AuditLog,
  ) {}

  reseal() {
    return this.database.transaction(async (tx) => {
      await this.epochs.bump(tx)
      await this.sealed.restart(tx)
      const counts = await this.repositories.resealAll(tx)
      await this.audit.append(tx, { kind: 'database.resealed', body: counts })
      return counts
    })
  }
}

@Module({
  imports: [ClockModule, DatabaseModule, EpochModule, SealingModule, AuditModule],
  providers: [...sealedRepositories, SealedRepositories, ResealService],
})
class ResealApp {}

/** `reseal`: what grants power is taken as it stands. Log-ins to the console and join tokens are not: they are made anew. */
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
