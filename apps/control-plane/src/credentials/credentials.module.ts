import { Module } from '@nestjs/common'
import { ConnectionsModule } from '../connections/connections.module'
import { CredentialsController } from './credentials.controller'
import { CredentialsRepository } from './credentials.repository'
import { RekeyRepository } from './rekey.repository'
import { RekeyService } from './rekey.service'
import { CredentialService } from './credentials.service'

@Module({
  imports: [ConnectionsModule],
  controllers: [CredentialsController],
  providers: [CredentialsRepository, CredentialService, RekeyRepository, RekeyService],
  exports: [CredentialService, RekeyService],
})
export class CredentialsModule {}
