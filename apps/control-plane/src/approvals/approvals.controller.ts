import { Controller, Get, HttpCode, Post } from '@nestjs/common'
import type { Identity } from '../common/auth/identity'
import { CurrentIdentity, RequirePermission } from '../common/auth/route-access'
import { Answers, BodyOf, idParams, type IdParams, ParamsOf, QueryOf } from '../common/http/input'
import {
  approval,
  type Approval,
  approvalAnswer,
  approvalsAnswer,
  approvalsQuery,
  type ApprovalsQuery,
  rejection,
  type Rejection,
} from './approvals.dto'
import { VotingService } from './voting.service'

@Controller('v1/approval-requests')
export class ApprovalsController {
  constructor(private readonly voting: VotingService) {}

  @Get()
  @RequirePermission('approvals:read', 'approvals:read-own')
  @Answers('Approval requests, newest first', approvalsAnswer)
  list(@QueryOf(approvalsQuery) query: ApprovalsQuery, @CurrentIdentity() by: Identity) {
    return this.voting.list(query, by)
  }

  @Get(':id')
  @RequirePermission('approvals:read', 'approvals:read-own')
  @Answers('Everything an approver needs to decide', approvalAnswer)
  get(@ParamsOf(idParams) { id }: IdParams, @CurrentIdentity() by: Identity) {
    return this.voting.get(id, by)
  }

  @Post(':id/approve')
  @HttpCode(200)
  @RequirePermission('approvals:vote')
  @Answers('The request with the vote', approvalAnswer)
  approve(
    @ParamsOf(idParams) { id }: IdParams,
    @BodyOf(approval) body: Approval,
    @CurrentIdentity() by: Identity,
  ) {
    return this.voting.vote(id, { ...body, approve: true }, by)
  }

  @Post(':id/reject')
  @HttpCode(200)
  @RequirePermission('approvals:vote')
  @Answers('The request with the vote', approvalAnswer)
  reject(
    @ParamsOf(idParams) { id }: IdParams,
    @BodyOf(rejection) body: Rejection,
    @CurrentIdentity() by: Identity,
  ) {
    return this.voting.vote(id, { ...body, approve: false }, by)
  }
}
