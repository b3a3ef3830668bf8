import { Module } from '@nestjs/common'
import { AgentsModule } from '../agents/agents.module'
import { ApprovalsModule } from '../approvals/approvals.module'
import { CatalogsModule } from '../catalogs/catalogs.module'
import { DecisionsModule } from '../decisions/decisions.module'
import { IngestModule } from '../ingest/ingest.module'
import { InterceptionModule } from '../interception/interception.module'
import { SessionsModule } from '../sessions/sessions.module'
import { GrpcServer } from './grpc-server'

@Module({
  imports: [
    AgentsModule,
    ApprovalsModule,
    CatalogsModule,
    DecisionsModule,
    IngestModule,
    InterceptionModule,
    SessionsModule,
  ],
  providers: [GrpcServer],
})
export class GrpcModule {}
