import { Module } from '@nestjs/common'
import { ConsoleSessionsRepository } from '../identity/console-sessions.repository'
import { AgentHostKeys } from './certificates/agent-host-keys'
import { CertificatesController } from './certificates/certificates.controller'
import { CertificatesRepository } from './certificates/certificates.repository'
import { CertificatesService } from './certificates/certificates.service'
import { SshAuthorities } from './certificates/ssh-authorities'
import { KeysController } from './keys/keys.controller'
import { KeysRepository } from './keys/keys.repository'
import { KeysService } from './keys/keys.service'
import { PrincipalRegistry } from './principal-registry'
import { PrincipalsController } from './principals.controller'
import { PrincipalsRepository } from './principals.repository'
import { PrincipalsService } from './principals.service'
import { Revocations } from './revocations'

@Module({
  controllers: [PrincipalsController, KeysController, CertificatesController],
  providers: [
    PrincipalsRepository,
    ConsoleSessionsRepository,
    PrincipalsService,
    PrincipalRegistry,
    Revocations,
    KeysRepository,
    KeysService,
    CertificatesRepository,
    CertificatesService,
    SshAuthorities,
    AgentHostKeys,
  ],
  exports: [
    AgentHostKeys,
    ConsoleSessionsRepository,
    PrincipalRegistry,
    KeysRepository,
    CertificatesRepository,
    SshAuthorities,
  ],
})
export class PrincipalsModule {}
