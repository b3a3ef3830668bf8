import { Controller, Get, HttpCode, Post, StreamableFile } from '@nestjs/common'
import { z } from 'zod'
import type { Identity } from '../common/auth/identity'
import { CurrentIdentity, RequirePermission } from '../common/auth/route-access'
import { Answers, BodyOf, idParams, type IdParams, ParamsOf, QueryOf } from '../common/http/input'
import { pageQuery, type PageQuery } from '../common/http/page'
import {
  killRequest,
  recordingQuery,
  type RecordingQuery,
  type KillRequest,
  operationAnswer,
  operationsAnswer,
  operationsQuery,
  type OperationsQuery,
  sessionAnswer,
  sessionsAnswer,
  sessionsQuery,
  type SessionsQuery,
} from './sessions.dto'
import { SessionsService } from './sessions.service'

@Controller('v1')
export class SessionsController {
  constructor(private readonly sessions: SessionsService) {}

  @Get('sessions')
  @RequirePermission('sessions:read', 'sessions:read-own')
  @Answers('Sessions, newest first', sessionsAnswer)
  list(@QueryOf(sessionsQuery) query: SessionsQuery, @CurrentIdentity() by: Identity) {
    return this.sessions.list(query, by)
  }

  @Get('sessions/:id')
  @RequirePermission('sessions:read', 'sessions:read-own')
  @Answers('One session', sessionAnswer)
  get(@ParamsOf(idParams) { id }: IdParams, @CurrentIdentity() by: Identity) {
    return this.sessions.get(id, by)
  }

  @Get('sessions/:id/operations')
  @RequirePermission('sessions:read', 'sessions:read-own')
  @Answers('Operations of one session, newest first', operationsAnswer)
  operationsOf(
    @ParamsOf(idParams) { id }: IdParams,
    @QueryOf(pageQuery) query: PageQuery,
    @CurrentIdentity() by: Identity,
  ) {
    return this.sessions.listOperations({ ...query, sessionId: id }, by)
  }

  @Get('operations')
  @RequirePermission('sessions:read', 'sessions:read-own')
  @Answers('Operations, newest first', operationsAnswer)
  operations(@QueryOf(operationsQuery) query: OperationsQuery, @CurrentIdentity() by: Identity) {
    return this.sessions.listOperations(query, by)
  }

  @Get('operations/:id')
  @RequirePermission('sessions:read', 'sessions:read-own')
  @Answers('One operation', operationAnswer)
  operation(@ParamsOf(idParams) { id }: IdParams, @CurrentIdentity() by: Identity) {
    return this.sessions.getOperation(id, by)
  }

  @Post('sessions/:id/kill')
  @HttpCode(200)
  @RequirePermission('sessions:kill')
  @Answers('The session, ended', sessionAnswer)
  kill(
    @ParamsOf(idParams) { id }: IdParams,
    @BodyOf(killRequest) { reason }: KillRequest,
    @CurrentIdentity() by: Identity,
  ) {
    return this.sessions.kill(id, reason, by)
  }

  @Get('sessions/:id/recording')
  @RequirePermission('recordings:read')
  @Answers('The recording, as container chunks', z.unknown(), 'application/octet-stream')
  async recording(
    @ParamsOf(idParams) { id }: IdParams,
    @QueryOf(recordingQuery) query: RecordingQuery,
    @CurrentIdentity() by: Identity,
  ) {
    return new StreamableFile(await this.sessions.recording(id, query, by))
  }
}
