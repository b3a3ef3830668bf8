import { Controller, Delete, Get, HttpCode, Post } from '@nestjs/common'
import type { IdentifiedPrincipal } from '../common/auth/identity'
import { CurrentPrincipal, RequirePermission } from '../common/auth/route-access'
import { Answers, BodyOf, idParams, type IdParams, ParamsOf, QueryOf } from '../common/http/input'
import { pageQuery, type PageQuery } from '../common/http/page'
import {
  createdJoinToken,
  joinTokensAnswer,
  newJoinToken,
  type NewJoinTokenRequest,
} from './agents.dto'
import { JoinTokenService } from './join-token.service'

@Controller('v1/join-tokens')
export class JoinTokensController {
  constructor(private readonly tokens: JoinTokenService) {}

  @Get()
  @RequirePermission('agents:read')
  @Answers('Join tokens without their secrets, newest first', joinTokensAnswer)
  list(@QueryOf(pageQuery) query: PageQuery) {
    return this.tokens.list(query)
  }

  @Post()
  @RequirePermission('agents:write')
  @Answers('The join token, shown this once', createdJoinToken)
  create(
    @BodyOf(newJoinToken) request: NewJoinTokenRequest,
    @CurrentPrincipal() by: IdentifiedPrincipal,
  ) {
    return this.tokens.create(request, by)
  }

  @Delete(':id')
  @HttpCode(204)
  @RequirePermission('agents:write')
  @Answers('The join token, unused, is withdrawn')
  withdraw(@ParamsOf(idParams) { id }: IdParams, @CurrentPrincipal() by: IdentifiedPrincipal) {
    return this.tokens.withdraw(id, by)
  }
}
