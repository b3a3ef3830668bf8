import { Module } from '@nestjs/common'
import { CatalogsModule } from '../catalogs/catalogs.module'
import { PoliciesModule } from '../policies/policies.module'
import { DecisionService } from './decision.service'

@Module({
  imports: [CatalogsModule, PoliciesModule],
  providers: [DecisionService],
  exports: [DecisionService],
})
export class DecisionsModule {}
