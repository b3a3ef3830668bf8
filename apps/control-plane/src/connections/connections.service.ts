import { Injectable } from '@nestjs/common'
import { RequestError } from '@wardgate/errors'
import { v7 as uuid } from 'uuid'
import { AuditLog, type JsonObject } from '../common/audit-port'
import { authorize, connectionsFor, type Identity, isPermitted } from '../common/auth/identity'
import { Database } from '../common/database/database'
import { EpochService } from '../common/epoch/epoch.service'
import { toPage } from '../common/http/page'
import { StaleVersion } from '../common/http/precondition'
import { withoutUndefined } from '../common/without-undefined'
import type { Connection } from './connection'
import type { ConnectionQuery, CreateConnection, UpdateConnection } from './connections.dto'
import { ConnectionsRepository } from './connections.repository'
import { ProtocolSettings } from './protocol-settings'

@Injectable()
export class ConnectionsService {
  constructor(
    private readonly connections: ConnectionsRepository,
    private readonly protocols: ProtocolSettings,
    private readonly database: Database,
    private readonly epochs: EpochService,
    private readonly audit: AuditLog,
  ) {}

  async list(identity: Identity, query: ConnectionQuery) {
    const visible = connectionsFor(identity, 'connections:read')
    const rows = await this.connections.list(query, query, visible)
    return toPage(rows, query, (connection) => connection.id, toAnswer)
  }

  /** What is not visible to the caller is not there. */
  async get(identity: Identity, id: string) {
    const connection = await this.require(id)
    if (!isPermitted(identity, 'connections:read', connection.name)) throw notFound(id)
    return toAnswer(connection)
  }

  /** For the session that is about to use it. */
  async findByName(name: string): Promise<Connection | null> {
    return this.connections.findByName(name)
  }

  async find(id: string): Promise<Connection | null> {
    return this.connections.find(id)
  }

  async create({ principal }: Identity, input: CreateConnection) {
    this.protocols.check(input.protocol, input.settings)
    const created = await this.database.transaction(async (tx) => {
      const connection = await this.connections.create(tx, uuid(), input)
      await this.epochs.bump(tx)
      await this.audit.append(tx, entry('connection.created', principal.id, connection))
      return connection
    })
    return toAnswer(created)
  }

  async update(identity: Identity, id: string, version: number, input: UpdateConnection) {
    const known = await this.require(id)
    authorize(identity, 'connections:write', known.name)
    if (input.settings !== undefined) this.protocols.check(known.protocol, input.settings)
    const updated = await this.database.transaction(async (tx) => {
      const connection = await this.connections.update(tx, id, version, withoutUndefined(input))
      if (connection === null) throw new StaleVersion('the connection')
      await this.epochs.bump(tx)
      await this.audit.append(tx, entry('connection.updated', identity.principal.id, connection))
      return connection
    })
    return toAnswer(updated)
  }

  /** Its credentials go with it. */
  async delete({ principal }: Identity, id: string, version: number): Promise<void> {
    const connection = await this.require(id)
    await this.database.transaction(async (tx) => {
      if (!(await this.connections.delete(tx, id, version)))
        throw new StaleVersion('the connection')
      await this.epochs.bump(tx)
      await this.audit.append(tx, entry('connection.deleted', principal.id, connection))
    })
  }

  private async require(id: string): Promise<Connection> {
    const connection = await this.connections.find(id)
    if (connection === null) throw notFound(id)
    return connection
  }
}

function notFound(id: string): RequestError {
  return new RequestError('ERR_REQUEST_NOT_FOUND', `there is no connection ${id}`)
}

function toAnswer(connection: Connection) {
  return {
    ...connection,
    createdAt: connection.createdAt.toISOString(),
    updatedAt: connection.updatedAt.toISOString(),
  }
}

function entry(kind: string, principalId: string, connection: Connection) {
  // Through JSON, which is what the log holds.
  const body = JSON.parse(JSON.stringify(toAnswer(connection))) as JsonObject
  return { kind, principalId, body: { connection: body } }
}
