import { Injectable } from '@nestjs/common'
import { v7 as uuid } from 'uuid'
import type { JsonObject } from '../common/audit-port'
import { Database } from '../common/database/database'
import type { Transaction } from '../common/database/transaction'

/** PostgreSQL channel on which every replica hears of new messages; the payload is the message's id. */
export const outboxChannel = 'wardgate_outbox'

export interface OutboxMessage {
  readonly id: string
  readonly topic: string
  readonly payload: JsonObject
  /** Counts the attempt that is being made. */
  readonly attempts: number
  readonly deliveredTo: readonly string[]
  readonly createdAt: Date
}

export interface DueMessage {
  readonly id: string
  readonly attempts: number
}

@Injectable()
export class OutboxRepository {
  constructor(private readonly database: Database) {}

  async add(tx: Transaction, topic: string, payload: JsonObject): Promise<void> {
    const id = uuid()
    await tx.outboxMessage.create({ data: { id, topic, payload } })
    await tx.$executeRaw`SELECT pg_notify(${outboxChannel}, ${id})`
  }

  /** Messages that wait for nobody. */
  async due(take: number): Promise<readonly DueMessage[]> {
    return this.database.prisma.$queryRaw<DueMessage[]>`
      SELECT id::text, attempts FROM outbox_messages
      WHERE delivered_at IS NULL AND failed_at IS NULL AND next_at <= now() ORDER BY id LIMIT ${take}`
  }

  /**
   * Takes the message for one attempt; nobody else gets it for `leaseSeconds`. Undefined = it is done, or another has it.
   * The second of tolerance is for jobs that wake a little early.
   */
  async claim(id: string, leaseSeconds: number): Promise<OutboxMessage | undefined> {
    const rows = await this.database.prisma.$queryRaw<OutboxMessage[]>`
      UPDATE outbox_messages
      SET attempts = attempts + 1, next_at = now() + make_interval(secs => ${leaseSeconds}::float)
      WHERE id = ${id}::uuid AND delivered_at IS NULL AND failed_at IS NULL
        AND next_at <= now() + interval '1 second'
      RETURNING id::text, topic, payload, attempts, delivered_to AS "deliveredTo",
        created_at AS "createdAt"`
    return rows[0]
  }

  async reached(id: string, webhookId: string): Promise<void> {
    await this.database.prisma.$executeRaw`
      UPDATE outbox_messages SET delivered_to = array_append(delivered_to, ${webhookId})
      WHERE id = ${id}::uuid`
  }

  async delivered(id: string): Promise<void> {
    await this.database.prisma.outboxMessage.updateMany({
      where: { id, deliveredAt: null },
      data: { deliveredAt: new Date(), lastError: '' },
    })
  }

  async failed(id: string, error: string): Promise<void> {
    await this.database.prisma.outboxMessage.updateMany({
      where: { id, deliveredAt: null },
      data: { failedAt: new Date(), lastError: error.slice(0, 500) },
    })
  }

  async retryAfter(id: string, error: string, millis: number): Promise<void> {
    await this.database.prisma.$executeRaw`
      UPDATE outbox_messages SET last_error = ${error.slice(0, 500)},
        next_at = now() + make_interval(secs => ${millis / 1000}::float)
      WHERE id = ${id}::uuid AND delivered_at IS NULL`
  }

  /** Removes what was done long ago, some at a time. */
  async purge(deliveredBefore: Date, failedBefore: Date, take: number): Promise<number> {
    return this.database.prisma.$executeRaw`
      DELETE FROM outbox_messages WHERE id IN (
        SELECT id FROM outbox_messages
        WHERE delivered_at < ${deliveredBefore} OR failed_at < ${failedBefore} LIMIT ${take})`
  }
}
