import { type DynamicModule, Module } from '@nestjs/common'
import { AgentsModule } from './agents/agents.module'
import { ApprovalsModule } from './approvals/approvals.module'
import { AuditModule } from './audit/audit.module'
import { ClockModule } from './common/clock'
import { DatabaseModule } from './common/database/database.module'
import { EpochModule } from './common/epoch/epoch.module'
import { HttpModule } from './common/http/http.module'
import { MetricsModule } from './common/metrics/metrics'
import { OpenApiModule } from './common/openapi/openapi.module'
import { SealingModule } from './common/sealing/sealing.module'
import { TracesModule } from './common/tracing/traces'
import type { Config } from './config/config'
import { ConfigModule } from './config/config.module'
import { ConnectionsModule } from './connections/connections.module'
import { CredentialsModule } from './credentials/credentials.module'
import { GrpcModule } from './grpc/grpc.module'
import { HealthModule } from './health/health.module'
import { IdentityModule } from './identity/identity.module'
import { InterceptionModule } from './interception/interception.module'
import { LiveModule } from './live/live.module'
import { PoliciesModule } from './policies/policies.module'
import { SessionsModule } from './sessions/sessions.module'
import { ToolsModule } from './tools/tools.module'

const features = [
  AgentsModule,
  ApprovalsModule,
  AuditModule,
  ConnectionsModule,
  CredentialsModule,
  GrpcModule,
  HealthModule,
  IdentityModule,
  InterceptionModule,
  LiveModule,
  PoliciesModule,
  SessionsModule,
  ToolsModule,
]

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
        TracesModule,
        OpenApiModule,
        HttpModule,
        ...features,
      ],
    }
  }
}
