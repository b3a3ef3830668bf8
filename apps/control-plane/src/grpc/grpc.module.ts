import { Module } from '@nestjs/common'
import { AgentsModule } from '../agents/agents.module'
import { ApprovalsModule } from '../approvals/approvals.module'
import { CatalogsModule } from '../catalogs/catalogs.module'
import { DecisionsModule } from '../decisions/decisions.module'
import { IngestModule } from '../ingest/ingest.module'
import { InterceptionModule } from '../interception/interception.module'
import { RowBudgetsModule } from '../row-budgets/row-budgets.module'
import { PrincipalsModule } from '../principals/principals.module'
import { SessionsModule } from '../sessions/sessions.module'
import { AgentCalls } from './agent-calls'
import { GrpcServer } from './grpc-server'
import { RowLeases } from './row-leases'

@Module({
  imports: [
    AgentsModule,
    ApprovalsModule,
    CatalogsModule,
    DecisionsModule,
    IngestModule,
    InterceptionModule,
    PrincipalsModule,
    RowBudgetsModule,
    SessionsModule,
  ],
  providers: [AgentCalls, GrpcServer, RowLeases],
})
export class GrpcModule {}
