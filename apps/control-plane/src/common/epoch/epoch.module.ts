import { Global, Module } from '@nestjs/common'
import { EpochRepository } from './epoch.repository'
import { EpochService } from './epoch.service'

@Global()
@Module({ providers: [EpochRepository, EpochService], exports: [EpochService] })
export class EpochModule {}
