import { Controller, Delete, Get, HttpCode, Patch, Post, Put } from '@nestjs/common'
import type { IdentifiedPrincipal } from '../common/auth/identity'
import { CurrentPrincipal, RequirePermission } from '../common/auth/route-access'
import { Answers, BodyOf, idParams, type IdParams, ParamsOf, QueryOf } from '../common/http/input'
import { namedPageQuery, type NamedPageQuery } from '../common/http/page'
import { IfMatch, Versioned } from '../common/http/precondition'
import {
  agentAnswer,
  agentChange,
  type AgentChange,
  agentsAnswer,
  assignment,
  assignmentParams,
  type AssignmentParams,
  type AssignmentRequest,
} from './agents.dto'
import { AgentsService } from './agents.service'

@Controller('v1/agents')
export class AgentsController {
  constructor(private readonly agents: AgentsService) {}

  @Get()
  @RequirePermission('agents:read')
  @Answers('Agents, newest first', agentsAnswer)
  list(@QueryOf(namedPageQuery) query: NamedPageQuery) {
    return this.agents.list(query)
  }

  @Get(':id')
  @Versioned()
  @RequirePermission('agents:read')
  @Answers('One agent with its connections', agentAnswer)
  get(@ParamsOf(idParams) { id }: IdParams) {
    return this.agents.get(id)
  }

  @Patch(':id')
  @Versioned()
  @RequirePermission('agents:write')
  @Answers('The agent as changed', agentAnswer)
  update(
    @ParamsOf(idParams) { id }: IdParams,
    @IfMatch() version: number,
    @BodyOf(agentChange) change: AgentChange,
    @CurrentPrincipal() by: IdentifiedPrincipal,
  ) {
    return this.agents.update(id, version, change, by)
  }

  @Post(':id/revoke')
  @HttpCode(200)
  @RequirePermission('agents:write')
  @Answers('The agent, revoked', agentAnswer)
  revoke(@ParamsOf(idParams) { id }: IdParams, @CurrentPrincipal() by: IdentifiedPrincipal) {
    return this.agents.revoke(id, by)
  }

  @Put(':id/connections/:connectionId')
  @HttpCode(204)
  @RequirePermission('agents:write')
  @Answers('The agent serves the connection')
  assign(
    @ParamsOf(assignmentParams) { id, connectionId }: AssignmentParams,
    @BodyOf(assignment) { listeners }: AssignmentRequest,
    @CurrentPrincipal() by: IdentifiedPrincipal,
  ) {
    return this.agents.assign(id, connectionId, listeners, by)
  }

  @Delete(':id/connections/:connectionId')
  @HttpCode(204)
  @RequirePermission('agents:write')
  @Answers('The agent no longer serves the connection')
  unassign(
    @ParamsOf(assignmentParams) { id, connectionId }: AssignmentParams,
    @CurrentPrincipal() by: IdentifiedPrincipal,
  ) {
    return this.agents.unassign(id, connectionId, by)
  }
}
