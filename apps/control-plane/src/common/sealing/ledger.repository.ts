import { Injectable } from '@nestjs/common'
import { Database } from '../database/database'
import type { Transaction } from '../database/transaction'
import { ledgerKinds } from './ledger-leaf'

const kinds = Object.values(ledgerKinds)

export interface StoredLeaf {
  readonly index: bigint
  readonly leaf: string
}

/** The ledger as it lies in the audit log. */
@Injectable()
export class LedgerRepository {
  constructor(private readonly database: Database) {}

  /** Where the newest beginning is; -1n = it begins with the log. */
  async beginning(tx: Transaction = this.database.prisma): Promise<bigint> {
    const where = { kind: ledgerKinds.restarted }
    const orderBy = { index: 'desc' } as const
    const found = await tx.auditEntry.findFirst({ where, orderBy, select: { index: true } })
    return found === null ? -1n : found.index - 1n
  }

  after(
    index: bigint,
    take: number,
    tx: Transaction = this.database.prisma,
  ): Promise<readonly StoredLeaf[]> {
    return tx.auditEntry.findMany({
      take,
      where: { kind: { in: kinds }, index: { gt: index } },
      orderBy: { index: 'asc' },
      select: { index: true, leaf: true },
    })
  }

  /** Called while nobody else appends. */
  newest(tx: Transaction): Promise<StoredLeaf | null> {
    return tx.auditEntry.findFirst({
      where: { kind: { in: kinds } },
      orderBy: { index: 'desc' },
      select: { index: true, leaf: true },
    })
  }

  newestCheckpoint(tx: Transaction = this.database.prisma) {
    return tx.checkpoint.findFirst({ orderBy: { size: 'desc' } })
  }
}
