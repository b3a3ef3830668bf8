import { Module } from '@nestjs/common'
import { RoleBindingsController } from './role-bindings.controller'
import { RoleBindingsRepository } from './role-bindings.repository'
import { RoleBindingsService } from './role-bindings.service'
import { RolesController } from './roles.controller'
import { RolesRepository } from './roles.repository'
import { RolesService } from './roles.service'

@Module({
  controllers: [RolesController, RoleBindingsController],
  providers: [RolesRepository, RolesService, RoleBindingsRepository, RoleBindingsService],
  exports: [RolesRepository, RoleBindingsRepository, RoleBindingsService],
})
export class RolesModule {}
