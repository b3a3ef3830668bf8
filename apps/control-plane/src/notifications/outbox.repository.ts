import { Injectable } from '@nestjs/common'
import { v7 as uuid } from 'uuid'
import type { JsonObject } from '../common/audit-port'
import { Database } from '../common/database/database'
import type { Transaction } from '../common/database/transaction'

export interface OutboxMessage {
  readonly id: string
  readonly topic: string
  readonly payload: JsonObject
  readonly attempts: number
}

@Injectable()
export class OutboxRepository {
  constructor(private readonly database: Database) {}

  async add(tx: Transaction, topic: string, payload: JsonObject): Promise<void> {
    const id = uuid()
    await tx.outboxMessage.create({ data: { id, topic, payload } })
    await tx.$executeRaw`SELECT pg_notify(${'wardgate_outbox'}, ${id})`
  }

  async find(id: string): Promise<(OutboxMessage & { readonly open: boolean }) | undefined> {
    const row = await this.database.prisma.outboxMessage.findUnique({ where: { id } })
    if (row === null) return undefined
    return {
      id: row.id,
      topic: row.topic,
      payload: row.payload as JsonObject,
      attempts: row.attempts,
      open: row.deliveredAt === null && row.failedAt === null,
    }
  }

  async due(take: number): Promise<readonly string[]> {
    const rows = await this.database.prisma.outboxMessage.findMany({
      where: { deliveredAt: null, failedAt: null, nextAt: { lte: new Date() } },
      orderBy: { id: 'asc' },
      take,
      select: { id: true },
    })
    return rows.map(({ id }) => id)
  }

  async delivered(id: string): Promise<void> {
    await this.database.prisma.outboxMessage.updateMany({
      where: { id, deliveredAt: null },
      data: { deliveredAt: new Date(), lastError: '' },
    })
  }

  async attempted(id: string, error: string, nextAt: Date, final: boolean): Promise<void> {
    await this.database.prisma.outboxMessage.updateMany({
      where: { id, deliveredAt: null },
      data: {
        attempts: { increment: 1 },
        lastError: error.slice(0, 500),
        nextAt,
        ...(final ? { failedAt: new Date() } : {}),
      },
    })
  }
}
