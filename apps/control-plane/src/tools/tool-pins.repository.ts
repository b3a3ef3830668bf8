import { Injectable } from '@nestjs/common'
import type { JsonValue } from '@wardgate/audit-log'
import { Database } from '../common/database/database'
import type { Transaction } from '../common/database/transaction'
import { Prisma, type ToolPin as Row } from '../generated/prisma/client'
import type { ToolDefinition } from './tool-definition'
import type { ToolPin } from './tool-pin'

@Injectable()
export class ToolPinsRepository {
  constructor(private readonly database: Database) {}

  /** By name. */
  async list(connectionId: string, tx: Transaction = this.database.prisma): Promise<ToolPin[]> {
    const rows = await tx.toolPin.findMany({ where: { connectionId }, orderBy: { name: 'asc' } })
    return rows.map(toPin)
  }

  async page(connectionId: string, after: string | undefined, limit: number): Promise<ToolPin[]> {
    const rows = await this.database.prisma.toolPin.findMany({
      where: { connectionId, ...(after === undefined ? {} : { name: { gt: after } }) },
      orderBy: { name: 'asc' },
      take: limit,
    })
    return rows.map(toPin)
  }

  async find(tx: Transaction, connectionId: string, name: string): Promise<ToolPin | undefined> {
    const where = { connectionId_name: { connectionId, name } }
    const row = await tx.toolPin.findUnique({ where })
    return row === null ? undefined : toPin(row)
  }

  /** Agents that see the same list at the same time come one after the other. */
  async lock(tx: Transaction, connectionId: string): Promise<void> {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`tools:${connectionId}`}, 0))`
  }

  async pin(tx: Transaction, connectionId: string, tools: readonly ToolDefinition[]) {
    const data = tools.map(({ name, digest, definition }) => ({
      connectionId,
      name,
      digest,
      definition: definition as Prisma.InputJsonValue,
    }))
    await tx.toolPin.createMany({ data })
  }

  async quarantine(tx: Transaction, connectionId: string, tool: ToolDefinition): Promise<void> {
    await tx.toolPin.update({
      where: { connectionId_name: { connectionId, name: tool.name } },
      data: {
        offeredDigest: tool.digest,
        offeredDefinition: tool.definition as Prisma.InputJsonValue,
        offeredAt: new Date(),
      },
    })
  }

  async accept(tx: Transaction, pin: ToolPin, digest: string, principalId: string) {
    const { connectionId, name, offered } = pin
    const taken = offered?.digest === digest ? offered : pin
    const row = await tx.toolPin.update({
      where: { connectionId_name: { connectionId, name } },
      data: {
        digest: taken.digest,
        definition: taken.definition as Prisma.InputJsonValue,
        acceptedBy: principalId,
        acceptedAt: new Date(),
        offeredDigest: null,
        offeredDefinition: Prisma.DbNull,
        offeredAt: null,
      },
    })
    return toPin(row)
  }
}

function toPin(row: Row): ToolPin {
  const { connectionId, name, digest, definition, acceptedBy, acceptedAt } = row
  const { offeredDigest, offeredDefinition, offeredAt } = row
  const offered =
    offeredDigest === null || offeredAt === null
      ? null
      : { digest: offeredDigest, definition: offeredDefinition as JsonValue, at: offeredAt }
  return {
    connectionId,
    name,
    digest,
    definition,
    acceptedBy,
    acceptedAt,
    offered,
  }
}
