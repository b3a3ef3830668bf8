import { Controller, Get, Post } from '@nestjs/common'
import type { IdentifiedPrincipal } from '../common/auth/identity'
import { CurrentPrincipal, RequirePermission } from '../common/auth/route-access'
import { Answers, BodyOf, type IdParams, idParams, ParamsOf, QueryOf } from '../common/http/input'
import { pageQuery, type PageQuery } from '../common/http/page'
import {
  createCredential,
  type CreateCredential,
  credentialAnswer,
  credentialPage,
} from './credentials.dto'
import { CredentialService } from './credentials.service'

@Controller('v1/connections/:id/credentials')
export class CredentialsController {
  constructor(private readonly credentials: CredentialService) {}

  @Get()
  @RequirePermission('credentials:read')
  @Answers("A connection's credentials without their secrets, newest first", credentialPage)
  list(@ParamsOf(idParams) { id }: IdParams, @QueryOf(pageQuery) query: PageQuery) {
    return this.credentials.list(id, query)
  }

  @Post()
  @RequirePermission('credentials:write')
  @Answers("Sets the connection's credential; older ones are retired", credentialAnswer)
  create(
    @CurrentPrincipal() by: IdentifiedPrincipal,
    @ParamsOf(idParams) { id }: IdParams,
    @BodyOf(createCredential) input: CreateCredential,
  ) {
    return this.credentials.create(by, id, input)
  }
}
