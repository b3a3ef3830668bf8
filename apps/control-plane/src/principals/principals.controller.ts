import { Controller, Get, Patch } from '@nestjs/common'
import type { IdentifiedPrincipal } from '../common/auth/identity'
import { CurrentPrincipal, RequirePermission } from '../common/auth/route-access'
import { Answers, BodyOf, type IdParams, idParams, ParamsOf, QueryOf } from '../common/http/input'
import { IfMatch, Versioned } from '../common/http/precondition'
import {
  principalAnswer,
  principalPage,
  principalQuery,
  type PrincipalQuery,
  updatePrincipal,
  type UpdatePrincipal,
} from './principals.dto'
import { PrincipalsService } from './principals.service'

@Controller('v1/principals')
export class PrincipalsController {
  constructor(private readonly principals: PrincipalsService) {}

  @Get()
  @RequirePermission('principals:read')
  @Answers('Principals that have been seen, newest first', principalPage)
  list(@QueryOf(principalQuery) query: PrincipalQuery) {
    return this.principals.list(query)
  }

  @Get(':id')
  @Versioned()
  @RequirePermission('principals:read')
  @Answers('One principal', principalAnswer)
  get(@ParamsOf(idParams) { id }: IdParams) {
    return this.principals.get(id)
  }

  @Patch(':id')
  @Versioned()
  @RequirePermission('principals:write')
  @Answers('Disables or enables a principal', principalAnswer)
  update(
    @CurrentPrincipal() by: IdentifiedPrincipal,
    @ParamsOf(idParams) { id }: IdParams,
    @IfMatch() version: number,
    @BodyOf(updatePrincipal) input: UpdatePrincipal,
  ) {
    return this.principals.update(by, id, version, input)
  }
}
