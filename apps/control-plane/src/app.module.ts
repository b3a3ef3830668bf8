import { type DynamicModule, Module } from '@nestjs/common'
import { AuditModule } from './audit/audit.module'
import { ClockModule } from './common/clock'
import { DatabaseModule } from './common/database/database.module'
import { EpochModule } from './common/epoch/epoch.module'
import { HttpModule } from './common/http/http.module'
import { MetricsModule } from './common/metrics/metrics'
import { OpenApiModule } from './common/openapi/openapi.module'
import { SealingModule } from './common/sealing/sealing.module'
import type { Config } from './config/config'
import { ConfigModule } from './config/config.module'
import { ConnectionsModule } from './connections/connections.module'
import { CredentialsModule } from './credentials/credentials.module'
import { HealthModule } from './health/health.module'
import { IdentityModule } from './identity/identity.module'

const features = [AuditModule, ConnectionsModule, CredentialsModule, HealthModule, IdentityModule]

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
        MetricsModule,
        OpenApiModule,
        HttpModule,
        ...features,
      ],
    }
  }
}
