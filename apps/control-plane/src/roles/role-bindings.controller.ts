import { Controller, Delete, Get, HttpCode, Post } from '@nestjs/common'
import type { IdentifiedPrincipal } from '../common/auth/identity'
import { CurrentPrincipal, RequirePermission } from '../common/auth/route-access'
import { Creates } from '../common/http/created.interceptor'
import { Answers, BodyOf, type IdParams, idParams, ParamsOf, QueryOf } from '../common/http/input'
import { RoleBindingsService } from './role-bindings.service'
import {
  createRoleBinding,
  type CreateRoleBinding,
  roleBindingAnswer,
  roleBindingPage,
  roleBindingQuery,
  type RoleBindingQuery,
} from './roles.dto'

@Controller('v1/role-bindings')
export class RoleBindingsController {
  constructor(private readonly bindings: RoleBindingsService) {}

  @Get()
  @RequirePermission('roles:read')
  @Answers('Role bindings, newest first', roleBindingPage)
  list(@QueryOf(roleBindingQuery) query: RoleBindingQuery) {
    return this.bindings.list(query)
  }

  @Post()
  @Creates()
  @RequirePermission('roles:write')
  @Answers('Gives a role to whom the subject selects', roleBindingAnswer)
  create(
    @CurrentPrincipal() by: IdentifiedPrincipal,
    @BodyOf(createRoleBinding) input: CreateRoleBinding,
  ) {
    return this.bindings.create(by, input)
  }

  @Get(':id')
  @RequirePermission('roles:read')
  @Answers('One role binding', roleBindingAnswer)
  get(@ParamsOf(idParams) { id }: IdParams) {
    return this.bindings.get(id)
  }

  @Delete(':id')
  @HttpCode(204)
  @RequirePermission('roles:write')
  @Answers('Takes the role away again')
  delete(@CurrentPrincipal() by: IdentifiedPrincipal, @ParamsOf(idParams) { id }: IdParams) {
    return this.bindings.delete(by, id)
  }
}
