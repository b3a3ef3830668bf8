import { Module } from '@nestjs/common'
import { ProtocolCapabilities } from './capabilities'
import { PoliciesController } from './policies.controller'
import { PoliciesService } from './policies.service'
import { PolicyRepository } from './policy.repository'
import { PolicySetsService } from './policy-sets.service'
import { ListedProtocols } from './listed-protocols'

@Module({
  controllers: [PoliciesController],
  providers: [
    PolicyRepository,
    PolicySetsService,
    PoliciesService,
    { provide: ProtocolCapabilities, useClass: ListedProtocols },
  ],
  exports: [PolicySetsService],
})
export class PoliciesModule {}
