import { Module } from '@nestjs/common'
import { AgentGate } from './agent-gate.service'
import { AgentRepository } from './agent.repository'
import { AgentsController } from './agents.controller'
import { AgentsService } from './agents.service'
import { SessionsModule } from '../sessions/sessions.module'
import { AttachmentService } from './attachment.service'
import { AuthorityService } from './authority.service'
import { EnrolmentService } from './enrolment.service'
import { JoinTokenRepository } from './join-token.repository'
import { JoinTokenService } from './join-token.service'
import { JoinTokensController } from './join-tokens.controller'
import { SharedIdentities } from './shared-identities'

@Module({
  imports: [SessionsModule],
  controllers: [AgentsController, JoinTokensController],
  providers: [
    AgentRepository,
    JoinTokenRepository,
    AuthorityService,
    JoinTokenService,
    EnrolmentService,
    AgentsService,
    AgentGate,
    AttachmentService,
    SharedIdentities,
  ],
  exports: [AuthorityService, EnrolmentService, AgentGate, AttachmentService],
})
export class AgentsModule {}
