import { Module } from '@nestjs/common'
import { CatalogsModule } from '../catalogs/catalogs.module'
import { ConnectionsModule } from '../connections/connections.module'
import { PoliciesModule } from '../policies/policies.module'
import { RolesModule } from '../roles/roles.module'
import { SessionsModule } from '../sessions/sessions.module'
import { ToolsModule } from '../tools/tools.module'
import { DecisionService } from './decision.service'
import { ExplainController } from './explain.controller'
import { ExplainRepository } from './explain.repository'
import { ExplainService } from './explain.service'
import { FunctionCallReader } from './facts/function-call-reader'
import { OperationReaders } from './facts/operation-readers'
import { StatementAnalyst } from './facts/statement-analyst'
import { StatementReader } from './facts/statement-reader'
import { ToolCallReader } from './facts/tool-call-reader'
import { ToolScreening } from './tool-screening.service'

@Module({
  imports: [
    CatalogsModule,
    ConnectionsModule,
    PoliciesModule,
    RolesModule,
    SessionsModule,
    ToolsModule,
  ],
  controllers: [ExplainController],
  providers: [
    DecisionService,
    ExplainRepository,
    ExplainService,
    FunctionCallReader,
    OperationReaders,
    StatementAnalyst,
    StatementReader,
    ToolCallReader,
    ToolScreening,
  ],
  exports: [DecisionService, ToolScreening],
})
export class DecisionsModule {}
