import { Injectable } from '@nestjs/common'
import { RequestError } from '@wardgate/errors'
import { AuditLog, type JsonObject } from '../common/audit-port'
import type { IdentifiedPrincipal } from '../common/auth/identity'
import { Clock } from '../common/clock'
import { Database } from '../common/database/database'
import type { Transaction } from '../common/database/transaction'
import { EpochService } from '../common/epoch/epoch.service'
import { type NamedPageQuery, toPage } from '../common/http/page'
import { StaleVersion } from '../common/http/precondition'
import type { Agent } from '../generated/prisma/client'
import { revokedChannel, type AgentListener } from './agent'
import { backlogOf, spoolOf } from './agent-backlog'
import { AgentRepository } from './agent.repository'
import type { AgentChange } from './agents.dto'

@Injectable()
export class AgentsService {
  constructor(
    private readonly database: Database,
    private readonly agents: AgentRepository,
    private readonly epochs: EpochService,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  async list(query: NamedPageQuery) {
    const rows = await this.agents.list(query)
    return toPage(
      await this.withBacklog(rows),
      query,
      ({ id }) => id,
      (row) => row,
    )
  }

  async get(id: string) {
    const agent = await this.require(id)
    const assigned = await this.agents.assignments(id)
    const connections = assigned.map(({ connection, listeners }) => ({
      id: connection.id,
      name: connection.name,
      listeners,
    }))
    const [told = agent] = await this.withBacklog([agent])
    return { ...told, connections }
  }

  async update(id: string, version: number, change: AgentChange, by: IdentifiedPrincipal) {
    await this.require(id)
    await this.database.transaction(async (tx) => {
      if (!(await this.agents.update(tx, id, version, change))) throw new StaleVersion('the agent')
      await this.tell(tx, 'agent.updated', by, { id, ...plain(change) })
    })
    return this.get(id)
  }

  /** Its certificate is refused from now on, and its live streams end on every replica. */
  async revoke(id: string, by: IdentifiedPrincipal) {
    await this.require(id)
    await this.database.transaction(async (tx) => {
      if (!(await this.agents.revoke(tx, id))) return
      await this.agents.notify(tx, revokedChannel, id)
      await this.tell(tx, 'agent.revoked', by, { id })
    })
    return this.get(id)
  }

  async assign(
    id: string,
    connectionId: string,
    listeners: readonly AgentListener[],
    by: IdentifiedPrincipal,
  ): Promise<void> {
    await this.require(id)
    await this.database.transaction(async (tx) => {
      if (!(await this.agents.connectionExists(tx, connectionId)))
        throw new RequestError('ERR_REQUEST_NOT_FOUND', 'there is no such connection')
      await this.agents.assign(tx, id, connectionId, listeners)
      await this.epochs.bump(tx)
      await this.tell(tx, 'agent.connection-assigned', by, { id, connectionId })
    })
  }

  async unassign(id: string, connectionId: string, by: IdentifiedPrincipal): Promise<void> {
    await this.database.transaction(async (tx) => {
      if (!(await this.agents.unassign(tx, id, connectionId)))
        throw new RequestError('ERR_REQUEST_NOT_FOUND', 'the connection is not assigned')
      await this.epochs.bump(tx)
      await this.tell(tx, 'agent.connection-unassigned', by, { id, connectionId })
    })
  }

  private async withBacklog(rows: readonly Agent[]) {
    const spools = rows.flatMap(({ id, health }) => {
      const spoolId = spoolOf(health)
      return spoolId === undefined ? [] : [{ agentId: id, spoolId }]
    })
    const held = await this.agents.heldOf(spools)
    const now = this.clock.now()
    return rows.map((row) => ({ ...row, backlog: backlogOf(row, held.get(row.id), now) }))
  }

  private async require(id: string) {
    const agent = await this.agents.find(id)
    if (agent === null) throw new RequestError('ERR_REQUEST_NOT_FOUND', 'there is no such agent')
    return agent
  }

  private tell(tx: Transaction, kind: string, by: IdentifiedPrincipal, body: JsonObject) {
    return this.audit.append(tx, { kind, principalId: by.id, body })
  }
}

function plain(change: AgentChange): JsonObject {
  return {
    ...(change.name === undefined ? {} : { name: change.name }),
    ...(change.labels === undefined ? {} : { labels: change.labels }),
  }
}
