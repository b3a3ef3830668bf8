import { type DynamicModule, Module } from '@nestjs/common'
import { AuditModule } from './audit/audit.module'
import { ClockModule } from './common/clock'
import { DatabaseModule } from './common/database/database.module'
import { EpochModule } from './common/epoch/epoch.module'
import { HttpModule } from './common/http/http.module'
import { SealingModule } from './common/sealing/sealing.module'
import type { Config } from './config/config'
import { ConfigModule } from './config/config.module'
import { HealthModule } from './health/health.module'
import { IdentityModule } from './identity/identity.module'

const features = [AuditModule, HealthModule, IdentityModule]

@Module({})
export class AppModule {
  static with(config: Config): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.with(config),
        ClockModule,
        DatabaseModule,
        EpochModule,
        SealingModule,
        HttpModule,
        ...features,
      ],
    }
  }
}
