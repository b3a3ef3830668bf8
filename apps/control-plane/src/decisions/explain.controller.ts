import { Controller, HttpCode, Post } from '@nestjs/common'
import type { IdentifiedPrincipal } from '../common/auth/identity'
import { CurrentPrincipal, RequirePermission } from '../common/auth/route-access'
import { Answers, BodyOf } from '../common/http/input'
import { explainAnswer, explainRequest, type ExplainRequest } from './explain.dto'
import { ExplainService } from './explain.service'

@Controller('v1/policies')
export class ExplainController {
  constructor(private readonly explaining: ExplainService) {}

  @Post('explain')
  @HttpCode(200)
  @RequirePermission('policies:read')
  @Answers('What an operation would get, and why', explainAnswer)
  explain(
    @BodyOf(explainRequest) request: ExplainRequest,
    @CurrentPrincipal() by: IdentifiedPrincipal,
  ) {
    return this.explaining.explain(request, by)
  }
}
