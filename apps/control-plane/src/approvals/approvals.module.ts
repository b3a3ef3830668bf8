import { Module } from '@nestjs/common'
import { NotificationsModule } from '../notifications/notifications.module'
import { ApprovalRepository } from './approval.repository'
import { ApprovalsController } from './approvals.controller'
import { ApprovalsService } from './approvals.service'
import { VotingService } from './voting.service'
import { WaitingService } from './waiting.service'

@Module({
  imports: [NotificationsModule],
  controllers: [ApprovalsController],
  providers: [ApprovalRepository, ApprovalsService, VotingService, WaitingService],
  exports: [ApprovalsService, WaitingService],
})
export class ApprovalsModule {}
