import { Module } from '@nestjs/common'
import { ConnectionsModule } from '../connections/connections.module'
import { CredentialsController } from './credentials.controller'
import { CredentialsRepository } from './credentials.repository'
import { CredentialService } from './credentials.service'

@Module({
  imports: [ConnectionsModule],
  controllers: [CredentialsController],
  providers: [CredentialsRepository, CredentialService],
  exports: [CredentialService],
})
export class CredentialsModule {}
