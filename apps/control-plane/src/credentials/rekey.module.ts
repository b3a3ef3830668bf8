import { Module } from '@nestjs/common'
import { RekeyRepository } from './rekey.repository'
import { RekeyService } from './rekey.service'

@Module({ providers: [RekeyRepository, RekeyService], exports: [RekeyService] })
export class RekeyModule {}
