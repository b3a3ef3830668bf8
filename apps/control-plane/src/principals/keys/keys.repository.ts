import { Injectable } from '@nestjs/common'
import { Database } from '../../common/database/database'
import type { Transaction } from '../../common/database/transaction'
import { newestFirst, type PageQuery } from '../../common/http/page'
import { type SealedRow, SealedRows } from '../../common/sealing/sealed-rows'
import type { PrincipalKey } from '../../generated/prisma/client'

export type KeyRecord = PrincipalKey

@Injectable()
export class KeysRepository {
  constructor(
    private readonly database: Database,
    private readonly sealed: SealedRows,
  ) {}

  list(principalId: string, query: PageQuery): Promise<KeyRecord[]> {
    const page = newestFirst(query)
    const where = { principalId, ...page.where }
    return this.database.prisma.principalKey.findMany({ ...page, where })
  }

  findByFingerprint(fingerprint: string): Promise<KeyRecord | null> {
    return this.sealed.readOne(
      () => this.database.prisma.principalKey.findUnique({ where: { fingerprint } }),
      sealedKey,
    )
  }

  /** Those that are no longer good make room, whoever they were for. */
  async dropExpired(tx: Transaction, now: Date): Promise<void> {
    const where = { expiresAt: { lt: now } }
    const expired = await tx.principalKey.findMany({ where, select: { id: true } })
    await tx.principalKey.deleteMany({ where: { id: { in: expired.map(({ id }) => id) } } })
    this.sealed.dropAll(tx, 'principal-key', expired)
  }

  count(tx: Transaction, principalId: string): Promise<number> {
    return tx.principalKey.count({ where: { principalId } })
  }

  /** Null = the key is registered already. */
  async create(tx: Transaction, key: Omit<KeyRecord, 'createdAt'>): Promise<KeyRecord | null> {
    const query = { data: [key], skipDuplicates: true }
    const [created] = await tx.principalKey.createManyAndReturn(query)
    if (created === undefined) return null
    await this.sealed.keep(tx, sealedKey(created))
    return created
  }

  async delete(tx: Transaction, principalId: string, id: string): Promise<KeyRecord | null> {
    const key = await tx.principalKey.findFirst({ where: { id, principalId } })
    if (key === null) return null
    await tx.principalKey.delete({ where: { id } })
    this.sealed.drop(tx, 'principal-key', id)
    return key
  }

  async resealAll(tx: Transaction): Promise<number> {
    const all = await tx.principalKey.findMany()
    return this.sealed.keepAll(tx, all.map(sealedKey))
  }
}

function sealedKey({ id, principalId, fingerprint, publicKey, expiresAt }: KeyRecord): SealedRow {
  const fields = { id, principalId, fingerprint, publicKey, expiresAt: expiresAt.toISOString() }
  return { kind: 'principal-key', id, fields }
}
