import { Controller, Get, HttpCode, Post } from '@nestjs/common'
import { policyJsonSchema } from '@wardgate/policy'
import { z } from 'zod'
import type { IdentifiedPrincipal } from '../common/auth/identity'
import { CurrentPrincipal, Public, RequirePermission } from '../common/auth/route-access'
import { Answers, BodyOf, ParamsOf, QueryOf } from '../common/http/input'
import {
  policiesAnswer,
  policiesQuery,
  type PoliciesQuery,
  policyAnswer,
  policyParams,
  type PolicyParams,
  policySource,
  type PolicySource,
  validationAnswer,
} from './policies.dto'
import { PoliciesService } from './policies.service'

@Controller('v1/policies')
export class PoliciesController {
  constructor(private readonly policies: PoliciesService) {}

  @Get()
  @RequirePermission('policies:read')
  @Answers('Versions of policies, newest first', policiesAnswer)
  list(@QueryOf(policiesQuery) query: PoliciesQuery) {
    return this.policies.list(query)
  }

  @Post()
  @HttpCode(201)
  @RequirePermission('policies:write')
  @Answers('The new draft version', policyAnswer)
  create(
    @BodyOf(policySource) { source }: PolicySource,
    @CurrentPrincipal() by: IdentifiedPrincipal,
  ) {
    return this.policies.createDraft(source, by)
  }

  @Post('validate')
  @HttpCode(200)
  @RequirePermission('policies:read')
  @Answers('Every problem of the document', validationAnswer)
  validate(@BodyOf(policySource) { source }: PolicySource) {
    return this.policies.validate(source)
  }

  @Get('schema.json')
  @Public()
  @Answers('JSON Schema of policy documents', z.unknown())
  schema() {
    return policyJsonSchema
  }

  @Get(':name/versions/:version')
  @RequirePermission('policies:read')
  @Answers('One version of a policy', policyAnswer)
  get(@ParamsOf(policyParams) params: PolicyParams) {
    return this.policies.get(params)
  }

  @Post(':name/versions/:version/activate')
  @HttpCode(200)
  @RequirePermission('policies:activate')
  @Answers('The version, in force', policyAnswer)
  activate(
    @ParamsOf(policyParams) params: PolicyParams,
    @CurrentPrincipal() by: IdentifiedPrincipal,
  ) {
    return this.policies.activate(params, by)
  }

  @Post(':name/versions/:version/dry-run')
  @HttpCode(200)
  @RequirePermission('policies:activate')
  @Answers('The version, evaluated and logged only', policyAnswer)
  dryRun(
    @ParamsOf(policyParams) params: PolicyParams,
    @CurrentPrincipal() by: IdentifiedPrincipal,
  ) {
    return this.policies.dryRun(params, by)
  }

  @Post(':name/versions/:version/retire')
  @HttpCode(200)
  @RequirePermission('policies:activate')
  @Answers('The version, retired', policyAnswer)
  retire(
    @ParamsOf(policyParams) params: PolicyParams,
    @CurrentPrincipal() by: IdentifiedPrincipal,
  ) {
    return this.policies.retire(params, by)
  }
}
