import { Module } from '@nestjs/common'
import { PrincipalRegistry } from './principal-registry'
import { PrincipalsController } from './principals.controller'
import { PrincipalsRepository } from './principals.repository'
import { PrincipalsService } from './principals.service'

@Module({
  controllers: [PrincipalsController],
  providers: [PrincipalsRepository, PrincipalsService, PrincipalRegistry],
  exports: [PrincipalRegistry],
})
export class PrincipalsModule {}
