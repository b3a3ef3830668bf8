import { Module } from '@nestjs/common'
import { CatalogsModule } from '../catalogs/catalogs.module'
import { PoliciesModule } from '../policies/policies.module'
import { SessionsModule } from '../sessions/sessions.module'
import { DecisionService } from './decision.service'
import { ExplainController } from './explain.controller'
import { ExplainRepository } from './explain.repository'
import { ExplainService } from './explain.service'

@Module({
  imports: [CatalogsModule, PoliciesModule, SessionsModule],
  controllers: [ExplainController],
  providers: [DecisionService, ExplainRepository, ExplainService],
  exports: [DecisionService],
})
export class DecisionsModule {}
