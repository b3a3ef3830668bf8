import { Module } from '@nestjs/common'
import { AgentsModule } from '../agents/agents.module'
import { ConnectionsModule } from '../connections/connections.module'
import { HostCertificates } from './host-certificates.service'
import { InterceptionAuthority } from './interception-authority.service'
import { InterceptionController } from './interception.controller'

@Module({
  imports: [AgentsModule, ConnectionsModule],
  controllers: [InterceptionController],
  providers: [HostCertificates, InterceptionAuthority],
  exports: [HostCertificates],
})
export class InterceptionModule {}
