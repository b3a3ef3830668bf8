import { Controller, Delete, Get, HttpCode, Patch, Post } from '@nestjs/common'
import type { Identity } from '../common/auth/identity'
import { Authenticated, CurrentIdentity, RequirePermission } from '../common/auth/route-access'
import { Creates } from '../common/http/created.interceptor'
import { Answers, BodyOf, type IdParams, idParams, ParamsOf, QueryOf } from '../common/http/input'
import { IfMatch, Versioned } from '../common/http/precondition'
import {
  connectionAnswer,
  connectionPage,
  connectionQuery,
  type ConnectionQuery,
  createConnection,
  type CreateConnection,
  protocolList,
  updateConnection,
  type UpdateConnection,
} from './connections.dto'
import { ConnectionsService } from './connections.service'
import { ProtocolSettings } from './protocol-settings'

@Controller('v1')
export class ConnectionsController {
  constructor(
    private readonly connections: ConnectionsService,
    private readonly protocols: ProtocolSettings,
  ) {}

  @Get('protocols')
  @Authenticated()
  @Answers('Protocols, and what their connections can be set to', protocolList)
  listProtocols() {
    return this.protocols.list()
  }

  @Get('connections')
  @RequirePermission('connections:read')
  @Answers('Connections, newest first', connectionPage)
  list(@CurrentIdentity() identity: Identity, @QueryOf(connectionQuery) query: ConnectionQuery) {
    return this.connections.list(identity, query)
  }

  @Post('connections')
  @Creates()
  @Versioned()
  @RequirePermission('connections:write')
  @Answers('Makes a connection', connectionAnswer)
  create(@CurrentIdentity() identity: Identity, @BodyOf(createConnection) input: CreateConnection) {
    return this.connections.create(identity, input)
  }

  @Get('connections/:id')
  @Versioned()
  @RequirePermission('connections:read')
  @Answers('One connection', connectionAnswer)
  get(@CurrentIdentity() identity: Identity, @ParamsOf(idParams) { id }: IdParams) {
    return this.connections.get(identity, id)
  }

  @Patch('connections/:id')
  @Versioned()
  @RequirePermission('connections:write')
  @Answers('Changes the fields given', connectionAnswer)
  update(
    @CurrentIdentity() identity: Identity,
    @ParamsOf(idParams) { id }: IdParams,
    @IfMatch() version: number,
    @BodyOf(updateConnection) input: UpdateConnection,
  ) {
    return this.connections.update(identity, id, version, input)
  }

  @Delete('connections/:id')
  @HttpCode(204)
  @RequirePermission('connections:write')
  @Answers('Removes a connection and its credentials')
  delete(
    @CurrentIdentity() identity: Identity,
    @ParamsOf(idParams) { id }: IdParams,
    @IfMatch() version: number,
  ) {
    return this.connections.delete(identity, id, version)
  }
}
