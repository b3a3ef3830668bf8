import { Controller, Get } from '@nestjs/common'
import type { Identity } from '../common/auth/identity'
import { CurrentIdentity, RequirePermission } from '../common/auth/route-access'
import { Answers, idParams, type IdParams, ParamsOf, QueryOf } from '../common/http/input'
import { pageQuery, type PageQuery } from '../common/http/page'
import { catalogStepPage } from './catalog-changes.dto'
import { CatalogChangesService } from './catalog-changes.service'

@Controller('v1/connections/:id/catalog/changes')
export class CatalogChangesController {
  constructor(private readonly changes: CatalogChangesService) {}

  @Get()
  @RequirePermission('connections:read')
  @Answers("How the schema of the connection's target changed, newest first", catalogStepPage)
  list(
    @CurrentIdentity() identity: Identity,
    @ParamsOf(idParams) { id }: IdParams,
    @QueryOf(pageQuery) query: PageQuery,
  ) {
    return this.changes.list(identity, id, query)
  }
}
