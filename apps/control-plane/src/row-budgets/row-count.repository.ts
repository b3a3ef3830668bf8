import { Injectable } from '@nestjs/common'
import { Database } from '../common/database/database'
import { lockName } from '../common/database/lock-name'
import type { Transaction } from '../common/database/transaction'

export interface Counted {
  readonly principalId: string
  readonly connectionId: string
}

@Injectable()
export class RowCountRepository {
  constructor(private readonly database: Database) {}

  /** Serialises the leases of one principal on one connection until the transaction ends. */
  lock(tx: Transaction, { principalId, connectionId }: Counted): Promise<void> {
    return lockName(tx, `rows:${principalId}:${connectionId}`)
  }

  async since(tx: Transaction, counted: Counted, minute: number): Promise<number> {
    const { _sum } = await tx.rowCount.aggregate({
      where: { ...counted, minute: { gte: minute } },
      _sum: { rows: true },
    })
    return Number(_sum.rows ?? 0n)
  }

  async add(tx: Transaction, counted: Counted, minute: number, rows: number): Promise<void> {
    await tx.rowCount.upsert({
      where: { principalId_connectionId_minute: { ...counted, minute } },
      create: { ...counted, minute, rows },
      update: { rows: { increment: rows } },
    })
  }

  /** Never below nothing: what is given back twice opens no room. */
  async giveBack(counted: Counted, minute: number, rows: bigint): Promise<void> {
    const { principalId, connectionId } = counted
    await this.database.prisma.$executeRaw`
      UPDATE row_counts SET rows = greatest(rows - ${rows}, 0)
      WHERE principal_id = ${principalId}::uuid AND connection_id = ${connectionId}::uuid
        AND minute = ${minute}`
  }

  async forgetBefore(minute: number): Promise<void> {
    await this.database.prisma.rowCount.deleteMany({ where: { minute: { lt: minute } } })
  }
}
