import { Global, Module } from '@nestjs/common'
import { EpochRepository } from './epoch.repository'
import { EpochService } from './epoch.service'
import { EpochWatch } from './epoch-watch'

@Global()
@Module({
  providers: [EpochRepository, EpochService, EpochWatch],
  exports: [EpochService, EpochWatch],
})
export class EpochModule {}
