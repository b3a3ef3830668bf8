import { Injectable } from '@nestjs/common'
import { Database } from '../database/database'
import type { Transaction } from '../database/transaction'

@Injectable()
export class EpochRepository {
  constructor(private readonly database: Database) {}

  async read(): Promise<bigint> {
    const row = await this.database.prisma.policyEpoch.findUniqueOrThrow({ where: { id: 1 } })
    return row.epoch
  }

  /** The row stays locked until the transaction ends, so epochs become visible in order. */
  async increment(tx: Transaction): Promise<bigint> {
    const row = await tx.policyEpoch.update({
      where: { id: 1 },
      data: { epoch: { increment: 1 } },
    })
    return row.epoch
  }

  async notify(tx: Transaction, channel: string, payload: string): Promise<void> {
    await tx.$executeRaw`SELECT pg_notify(${channel}, ${payload})`
  }
}
