import { Injectable } from '@nestjs/common'
import { Database } from '../../common/database/database'
import type { Transaction } from '../../common/database/transaction'
import { newestFirst, type PageQuery } from '../../common/http/page'
import type { PrincipalKey } from '../../generated/prisma/client'

export type KeyRecord = PrincipalKey

@Injectable()
export class KeysRepository {
  constructor(private readonly database: Database) {}

  list(principalId: string, query: PageQuery): Promise<KeyRecord[]> {
    const page = newestFirst(query)
    const where = { principalId, ...page.where }
    return this.database.prisma.principalKey.findMany({ ...page, where })
  }

  findByFingerprint(fingerprint: string): Promise<KeyRecord | null> {
    return this.database.prisma.principalKey.findUnique({ where: { fingerprint } })
  }

  /** Those that are no longer good make room, whoever they were for. */
  async dropExpired(tx: Transaction, now: Date): Promise<void> {
    await tx.principalKey.deleteMany({ where: { expiresAt: { lt: now } } })
  }

  count(tx: Transaction, principalId: string): Promise<number> {
    return tx.principalKey.count({ where: { principalId } })
  }

  /** Null = the key is registered already. */
  async create(tx: Transaction, key: Omit<KeyRecord, 'createdAt'>): Promise<KeyRecord | null> {
    const { count } = await tx.principalKey.createMany({ data: [key], skipDuplicates: true })
    return count === 0 ? null : tx.principalKey.findUnique({ where: { id: key.id } })
  }

  async delete(tx: Transaction, principalId: string, id: string): Promise<KeyRecord | null> {
    const key = await tx.principalKey.findFirst({ where: { id, principalId } })
    if (key !== null) await tx.principalKey.delete({ where: { id } })
    return key
  }
}
