import { Controller, Delete, Get, HttpCode, Patch, Post } from '@nestjs/common'
import type { IdentifiedPrincipal } from '../common/auth/identity'
import { CurrentPrincipal, RequirePermission } from '../common/auth/route-access'
import { Creates } from '../common/http/created.interceptor'
import { Answers, BodyOf, type IdParams, idParams, ParamsOf, QueryOf } from '../common/http/input'
import { namedPageQuery, type NamedPageQuery } from '../common/http/page'
import { IfMatch, Versioned } from '../common/http/precondition'
import {
  createRole,
  type CreateRole,
  roleAnswer,
  rolePage,
  updateRole,
  type UpdateRole,
} from './roles.dto'
import { RolesService } from './roles.service'

@Controller('v1/roles')
export class RolesController {
  constructor(private readonly roles: RolesService) {}

  @Get()
  @RequirePermission('roles:read')
  @Answers('Roles, newest first', rolePage)
  list(@QueryOf(namedPageQuery) query: NamedPageQuery) {
    return this.roles.list(query)
  }

  @Post()
  @Creates()
  @Versioned()
  @RequirePermission('roles:write')
  @Answers('Makes a role', roleAnswer)
  create(@CurrentPrincipal() by: IdentifiedPrincipal, @BodyOf(createRole) input: CreateRole) {
    return this.roles.create(by, input)
  }

  @Get(':id')
  @Versioned()
  @RequirePermission('roles:read')
  @Answers('One role', roleAnswer)
  get(@ParamsOf(idParams) { id }: IdParams) {
    return this.roles.get(id)
  }

  @Patch(':id')
  @Versioned()
  @RequirePermission('roles:write')
  @Answers('Changes the fields given', roleAnswer)
  update(
    @CurrentPrincipal() by: IdentifiedPrincipal,
    @ParamsOf(idParams) { id }: IdParams,
    @IfMatch() version: number,
    @BodyOf(updateRole) input: UpdateRole,
  ) {
    return this.roles.update(by, id, version, input)
  }

  @Delete(':id')
  @HttpCode(204)
  @RequirePermission('roles:write')
  @Answers('Removes a role and its bindings')
  delete(
    @CurrentPrincipal() by: IdentifiedPrincipal,
    @ParamsOf(idParams) { id }: IdParams,
    @IfMatch() version: number,
  ) {
    return this.roles.delete(by, id, version)
  }
}
