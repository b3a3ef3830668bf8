import { Injectable } from '@nestjs/common'
import { Database } from '../common/database/database'
import type { Transaction } from '../common/database/transaction'
import { newestFirst, type PageQuery } from '../common/http/page'
import type { Sealed } from '../common/sealing/seal.service'
import { type SealedRow, SealedRows } from '../common/sealing/sealed-rows'
import type { Credential } from '../generated/prisma/client'
import type { CredentialKind } from './credentials.dto'
import { storedKinds } from './stored-kinds'

export type CredentialRecord = Credential

export interface NewCredential extends Sealed {
  readonly id: string
  readonly connectionId: string
  readonly kind: CredentialKind
  readonly username: string
  readonly version: number
}

@Injectable()
export class CredentialsRepository {
  constructor(
    private readonly database: Database,
    private readonly sealed: SealedRows,
  ) {}

  list(connectionId: string, query: PageQuery): Promise<CredentialRecord[]> {
    const page = newestFirst(query)
    const where = { ...page.where, connectionId }
    return this.database.prisma.credential.findMany({ ...page, where })
  }

  /** The newest one that is not retired. */
  findCurrent(connectionId: string): Promise<CredentialRecord | null> {
    const query = {
      where: { connectionId, retiredAt: null },
      orderBy: { version: 'desc' },
    } as const
    return this.sealed.readOne(
      () => this.database.prisma.credential.findFirst(query),
      sealedCredential,
    )
  }

  /** Locks the connection's row, so that versions are handed out one by one. Undefined = no such connection. */
  async nextVersion(tx: Transaction, connectionId: string): Promise<number | undefined> {
    const locked = await tx.$queryRaw<unknown[]>`
      SELECT 1 FROM connections WHERE id = ${connectionId}::uuid FOR UPDATE`
    if (locked.length === 0) return undefined
    const where = { connectionId }
    const highest = await tx.credential.aggregate({ where, _max: { version: true } })
    return (highest._max.version ?? 0) + 1
  }

  async create(tx: Transaction, credential: NewCredential): Promise<CredentialRecord> {
    const data = { ...credential, kind: storedKinds[credential.kind] }
    const created = await tx.credential.create({ data })
    await this.sealed.keep(tx, sealedCredential(created))
    return created
  }

  /** The one in force of each connection. */
  async resealAll(tx: Transaction): Promise<number> {
    const all = await tx.credential.findMany({
      where: { retiredAt: null },
      orderBy: { version: 'asc' },
    })
    return this.sealed.keepAll(tx, all.map(sealedCredential))
  }

  async retireOlder(
    tx: Transaction,
    connectionId: string,
    version: number,
    at: Date,
  ): Promise<void> {
    const where = { connectionId, version: { lt: version }, retiredAt: null }
    await tx.credential.updateMany({ where, data: { retiredAt: at } })
  }
}

/** Only which version is in force: what it unlocks is bound to the version by its encryption. */
function sealedCredential({ connectionId, version }: CredentialRecord): SealedRow {
  return { kind: 'credential', id: connectionId, fields: { connectionId, version } }
}
