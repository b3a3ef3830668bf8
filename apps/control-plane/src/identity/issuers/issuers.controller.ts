import { Controller, Delete, Get, HttpCode, Patch, Post } from '@nestjs/common'
import type { IdentifiedPrincipal } from '../../common/auth/identity'
import { CurrentPrincipal, RequirePermission } from '../../common/auth/route-access'
import { Creates } from '../../common/http/created.interceptor'
import {
  Answers,
  BodyOf,
  type IdParams,
  idParams,
  ParamsOf,
  QueryOf,
} from '../../common/http/input'
import { namedPageQuery, type NamedPageQuery } from '../../common/http/page'
import { IfMatch, Versioned } from '../../common/http/precondition'
import {
  createIssuer,
  type CreateIssuer,
  issuerAnswer,
  issuerPage,
  updateIssuer,
  type UpdateIssuer,
} from './issuers.dto'
import { IssuersService } from './issuers.service'

@Controller('v1/issuers')
export class IssuersController {
  constructor(private readonly issuers: IssuersService) {}

  @Get()
  @RequirePermission('issuers:read')
  @Answers('Issuers whose tokens are accepted, newest first', issuerPage)
  list(@QueryOf(namedPageQuery) query: NamedPageQuery) {
    return this.issuers.list(query)
  }

  @Post()
  @Creates()
  @Versioned()
  @RequirePermission('issuers:write')
  @Answers('Registers an issuer', issuerAnswer)
  create(@CurrentPrincipal() by: IdentifiedPrincipal, @BodyOf(createIssuer) input: CreateIssuer) {
    return this.issuers.create(by, input)
  }

  @Get(':id')
  @Versioned()
  @RequirePermission('issuers:read')
  @Answers('One issuer', issuerAnswer)
  get(@ParamsOf(idParams) { id }: IdParams) {
    return this.issuers.get(id)
  }

  @Patch(':id')
  @Versioned()
  @RequirePermission('issuers:write')
  @Answers('Changes the fields given', issuerAnswer)
  update(
    @CurrentPrincipal() by: IdentifiedPrincipal,
    @ParamsOf(idParams) { id }: IdParams,
    @IfMatch() version: number,
    @BodyOf(updateIssuer) input: UpdateIssuer,
  ) {
    return this.issuers.update(by, id, version, input)
  }

  @Delete(':id')
  @HttpCode(204)
  @RequirePermission('issuers:write')
  @Answers('Removes an issuer that has no principals')
  delete(
    @CurrentPrincipal() by: IdentifiedPrincipal,
    @ParamsOf(idParams) { id }: IdParams,
    @IfMatch() version: number,
  ) {
    return this.issuers.delete(by, id, version)
  }
}
