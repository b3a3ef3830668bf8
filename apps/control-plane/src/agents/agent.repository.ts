import { Injectable } from '@nestjs/common'
import type { JsonObject } from '../common/audit-port'
import { Database } from '../common/database/database'
import type { Transaction } from '../common/database/transaction'
import { newestFirstNamed, type NamedPageQuery } from '../common/http/page'
import { SealedRows } from '../common/sealing/sealed-rows'
import { sealedConnection } from '../connections/sealed-connection'
import type { Agent } from '../generated/prisma/client'
import type { AgentListener } from './agent'
import { assignmentId, sealedAgent, sealedAssignment } from './sealed-agent'

@Injectable()
export class AgentRepository {
  constructor(
    private readonly database: Database,
    private readonly sealed: SealedRows,
  ) {}

  find(id: string): Promise<Agent | null> {
    const load = () => this.database.prisma.agent.findUnique({ where: { id } })
    return this.sealed.readOne(load, sealedAgent)
  }

  findByName(tx: Transaction, name: string): Promise<Agent | null> {
    const load = () => tx.agent.findUnique({ where: { name } })
    return this.sealed.readOne(load, sealedAgent, { tx })
  }

  list(query: NamedPageQuery) {
    return this.database.prisma.agent.findMany(newestFirstNamed(query))
  }

  /** Frees the name of a revoked agent: its id, and with it every certificate it had, stays revoked. */
  async retireName(tx: Transaction, id: string, name: string): Promise<void> {
    const data = { name: `${name} (revoked ${id})` }
    await this.keep(tx, await tx.agent.update({ where: { id }, data }))
  }

  async create(tx: Transaction, id: string, name: string): Promise<void> {
    await this.keep(tx, await tx.agent.create({ data: { id, name } }))
  }

  async recordCertificate(tx: Transaction, id: string, serial: string, until: Date) {
    await tx.agent.update({
      where: { id },
      data: { serial, certificateUntil: until },
    })
  }

  /** Whether the row still had this version. */
  async update(
    tx: Transaction,
    id: string,
    version: number,
    change: { name?: string | undefined; labels?: Record<string, string> | undefined },
  ): Promise<boolean> {
    const [changed] = await tx.agent.updateManyAndReturn({
      where: { id, version },
      data: {
        ...(change.name === undefined ? {} : { name: change.name }),
        ...(change.labels === undefined ? {} : { labels: change.labels }),
        version: { increment: 1 },
      },
    })
    return this.keep(tx, changed)
  }

  async revoke(tx: Transaction, id: string): Promise<boolean> {
    const [revoked] = await tx.agent.updateManyAndReturn({
      where: { id, revokedAt: null },
      data: { revokedAt: new Date(), version: { increment: 1 } },
    })
    return this.keep(tx, revoked)
  }

  async greet(
    tx: Transaction,
    id: string,
    hello: { softwareVersion: string; protocols: string[]; listeners: JsonObject[] },
  ): Promise<void> {
    await tx.agent.update({
      where: { id },
      data: {
        softwareVersion: hello.softwareVersion,
        protocols: hello.protocols,
        listeners: hello.listeners,
        lastSeenAt: new Date(),
      },
    })
  }

  async beat(id: string, health: JsonObject): Promise<void> {
    await this.database.prisma.agent.updateMany({
      where: { id },
      data: { health, lastSeenAt: new Date() },
    })
  }

  /** Keeps when it was; gives the process that attached last. */
  async noteShared(tx: Transaction, id: string, at: Date): Promise<string> {
    const [row] = await tx.$queryRaw<{ latest: string | null }[]>`
      UPDATE agents SET health = health || jsonb_build_object('identitySharedAt', ${at.toISOString()}::text)
      WHERE id = ${id}::uuid RETURNING health->>'instanceId' AS latest`
    return row?.latest ?? ''
  }

  /** The highest sequence number that is held of each of these spools, by agent. */
  async heldOf(
    spools: readonly { readonly agentId: string; readonly spoolId: string }[],
  ): Promise<ReadonlyMap<string, number>> {
    if (spools.length === 0) return new Map()
    const where = { OR: spools.map((spool) => ({ ...spool })) }
    const rows = await this.database.prisma.spoolPosition.findMany({ where })
    return new Map(rows.map(({ agentId, acknowledged }) => [agentId, Number(acknowledged)]))
  }

  assignments(agentId: string) {
    const query = { where: { agentId }, include: { connection: true } } as const
    return this.sealed.read(
      () => this.database.prisma.agentConnection.findMany(query),
      (rows) => rows.flatMap((row) => [sealedAssignment(row), sealedConnection(row.connection)]),
    )
  }

  assignmentsByConnection(connectionId: string) {
    return this.sealed.read(
      () => this.database.prisma.agentConnection.findMany({ where: { connectionId } }),
      (rows) => rows.map(sealedAssignment),
    )
  }

  async assign(
    tx: Transaction,
    agentId: string,
    connectionId: string,
    listeners: readonly AgentListener[],
  ): Promise<void> {
    const stored = listeners.map((listener) => ({ ...listener }))
    const row = await tx.agentConnection.upsert({
      where: { agentId_connectionId: { agentId, connectionId } },
      create: { agentId, connectionId, listeners: stored },
      update: { listeners: stored },
    })
    await this.sealed.keep(tx, sealedAssignment(row))
  }

  async unassign(tx: Transaction, agentId: string, connectionId: string): Promise<boolean> {
    const { count } = await tx.agentConnection.deleteMany({ where: { agentId, connectionId } })
    if (count === 1) this.sealed.drop(tx, 'assignment', assignmentId(agentId, connectionId))
    return count === 1
  }

  connectionsByName(tx: Transaction, names: readonly string[]) {
    return tx.connection.findMany({
      where: { name: { in: [...names] } },
      select: { id: true, name: true },
    })
  }

  async connectionExists(tx: Transaction, id: string): Promise<boolean> {
    return (await tx.connection.count({ where: { id } })) === 1
  }

  async notify(tx: Transaction, channel: string, payload: string): Promise<void> {
    await tx.$executeRaw`SELECT pg_notify(${channel}, ${payload})`
  }

  async resealAll(tx: Transaction): Promise<{ agents: number; assignments: number }> {
    const agents = await tx.agent.findMany()
    const assignments = await tx.agentConnection.findMany()
    return {
      agents: await this.sealed.keepAll(tx, agents.map(sealedAgent)),
      assignments: await this.sealed.keepAll(tx, assignments.map(sealedAssignment)),
    }
  }

  /** Whether there was one. */
  private async keep(tx: Transaction, agent: Agent | undefined): Promise<boolean> {
    if (agent !== undefined) await this.sealed.keep(tx, sealedAgent(agent))
    return agent !== undefined
  }
}
