import { Injectable } from '@nestjs/common'
import type { JsonObject } from '../common/audit-port'
import { Database } from '../common/database/database'
import type { Transaction } from '../common/database/transaction'
import { newestFirstNamed, type NamedPageQuery } from '../common/http/page'
import type { AgentListener } from './agent'

@Injectable()
export class AgentRepository {
  constructor(private readonly database: Database) {}

  find(id: string, tx: Transaction = this.database.prisma) {
    return tx.agent.findUnique({ where: { id } })
  }

  findByName(tx: Transaction, name: string) {
    return tx.agent.findUnique({ where: { name } })
  }

  list(query: NamedPageQuery) {
    return this.database.prisma.agent.findMany(newestFirstNamed(query))
  }

  /** Frees the name of a revoked agent: its id, and with it every certificate it had, stays revoked. */
  async retireName(tx: Transaction, id: string, name: string): Promise<void> {
    await tx.agent.update({ where: { id }, data: { name: `${name} (revoked ${id})` } })
  }

  create(tx: Transaction, id: string, name: string) {
    return tx.agent.create({ data: { id, name } })
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
    const { count } = await tx.agent.updateMany({
      where: { id, version },
      data: {
        ...(change.name === undefined ? {} : { name: change.name }),
        ...(change.labels === undefined ? {} : { labels: change.labels }),
        version: { increment: 1 },
      },
    })
    return count === 1
  }

  async revoke(tx: Transaction, id: string): Promise<boolean> {
    const { count } = await tx.agent.updateMany({
      where: { id, revokedAt: null },
      data: { revokedAt: new Date(), version: { increment: 1 } },
    })
    return count === 1
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

  assignments(agentId: string) {
    return this.database.prisma.agentConnection.findMany({
      where: { agentId },
      include: { connection: true },
    })
  }

  assignmentsByConnection(connectionId: string) {
    return this.database.prisma.agentConnection.findMany({ where: { connectionId } })
  }

  async assign(
    tx: Transaction,
    agentId: string,
    connectionId: string,
    listeners: readonly AgentListener[],
  ): Promise<void> {
    const stored = listeners.map((listener) => ({ ...listener }))
    await tx.agentConnection.upsert({
      where: { agentId_connectionId: { agentId, connectionId } },
      create: { agentId, connectionId, listeners: stored },
      update: { listeners: stored },
    })
  }

  async unassign(tx: Transaction, agentId: string, connectionId: string): Promise<boolean> {
    const { count } = await tx.agentConnection.deleteMany({ where: { agentId, connectionId } })
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
}
