import { Module } from '@nestjs/common'
import { KeysController } from './keys/keys.controller'
import { KeysRepository } from './keys/keys.repository'
import { KeysService } from './keys/keys.service'
import { PrincipalRegistry } from './principal-registry'
import { PrincipalsController } from './principals.controller'
import { PrincipalsRepository } from './principals.repository'
import { PrincipalsService } from './principals.service'

@Module({
  controllers: [PrincipalsController, KeysController],
  providers: [
    PrincipalsRepository,
    PrincipalsService,
    PrincipalRegistry,
    KeysRepository,
    KeysService,
  ],
  exports: [PrincipalRegistry, KeysRepository],
})
export class PrincipalsModule {}
