import { Injectable } from '@nestjs/common'
import { Database } from '../common/database/database'
import type { Transaction } from '../common/database/transaction'
import type { Bytes } from '../common/sealing/envelope'

@Injectable()
export class ConsoleSessionsRepository {
  constructor(private readonly database: Database) {}

  find(digest: Bytes) {
    return this.database.prisma.consoleSession.findUnique({ where: { digest } })
  }

  async create(
    tx: Transaction,
    session: { readonly digest: Bytes; readonly principalId: string; readonly expiresAt: Date },
  ): Promise<void> {
    await tx.consoleSession.create({ data: session })
  }

  /** The principal whose session it was. */
  async delete(tx: Transaction, digest: Bytes): Promise<string | undefined> {
    const session = await tx.consoleSession.findUnique({ where: { digest } })
    await tx.consoleSession.deleteMany({ where: { digest } })
    return session?.principalId
  }

  async deleteExpired(tx: Transaction, now: Date): Promise<void> {
    await tx.consoleSession.deleteMany({ where: { expiresAt: { lt: now } } })
  }
}
