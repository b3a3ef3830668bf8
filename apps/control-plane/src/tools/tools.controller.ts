import { Controller, Get, HttpCode, Post } from '@nestjs/common'
import type { Identity } from '../common/auth/identity'
import { CurrentIdentity, RequirePermission } from '../common/auth/route-access'
import { Answers, BodyOf, idParams, type IdParams, ParamsOf, QueryOf } from '../common/http/input'
import { pageQuery, type PageQuery } from '../common/http/page'
import { acceptTool, type AcceptTool, toolAnswer, toolPage } from './tools.dto'
import { ToolsService } from './tools.service'

@Controller('v1/connections/:id/tools')
export class ToolsController {
  constructor(private readonly tools: ToolsService) {}

  @Get()
  @RequirePermission('connections:read')
  @Answers('Tools that the target has listed, by name', toolPage)
  list(
    @CurrentIdentity() identity: Identity,
    @ParamsOf(idParams) { id }: IdParams,
    @QueryOf(pageQuery) query: PageQuery,
  ) {
    return this.tools.list(identity, id, query)
  }

  @Post('accept')
  @HttpCode(200)
  @RequirePermission('tools:accept')
  @Answers('The tool, as it is accepted from now on', toolAnswer)
  accept(
    @CurrentIdentity() identity: Identity,
    @ParamsOf(idParams) { id }: IdParams,
    @BodyOf(acceptTool) input: AcceptTool,
  ) {
    return this.tools.accept(identity, id, input)
  }
}
