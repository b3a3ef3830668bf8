import { Injectable } from '@nestjs/common'
import { AuditLog } from '../common/audit-port'
import { Database } from '../common/database/database'
import type { Transaction } from '../common/database/transaction'
import type { MasterKey, MasterKeyRing } from '../common/sealing/master-key'
import { packSealed, unpackSealed } from '../common/sealing/seal.service'
import { type PackedTable, RekeyRepository, type SealedTable } from './rekey.repository'

const batch = 100
const tables: readonly SealedTable[] = ['credentials', 'sealed_secrets', 'webhooks']
const packedTables: readonly PackedTable[] = ['issuers', 'webhooks']

/** Wraps every data key with a new master key. What is done is committed batch by batch: a broken run is simply run again. */
@Injectable()
export class RekeyService {
  constructor(
    private readonly rows: RekeyRepository,
    private readonly database: Database,
    private readonly audit: AuditLog,
  ) {}

  /** Returns how many keys were wrapped anew. */
  async rekey(old: MasterKeyRing, next: MasterKey): Promise<number> {
    let total = 0
    for (const table of tables) {
      let count: number
      do {
        count = await this.database.transaction((tx) => this.rewrapBatch(tx, table, old, next))
        total += count
      } while (count === batch)
    }
    return this.database.transaction(async (tx) => {
      for (const table of packedTables) total += await this.rewrapPacked(tx, table, old, next)
      const body = { masterKeyId: next.id, rewrapped: total }
      await this.audit.append(tx, { kind: 'master-key.changed', body })
      return total
    })
  }

  private async rewrapBatch(
    tx: Transaction,
    table: SealedTable,
    old: MasterKeyRing,
    next: MasterKey,
  ): Promise<number> {
    const rows = await this.rows.lockOthers(tx, table, next.id, batch)
    for (const { key, wrappedKey, masterKeyId } of rows) {
      const wrapped = await rewrap(wrappedKey, old.find(masterKeyId), next)
      await this.rows.rewrap(tx, table, key, wrapped, next.id)
    }
    return rows.length
  }

  private async rewrapPacked(
    tx: Transaction,
    table: PackedTable,
    old: MasterKeyRing,
    next: MasterKey,
  ): Promise<number> {
    let count = 0
    for (const { id, secret } of await this.rows.lockPacked(tx, table)) {
      const packed = unpackSealed(secret)
      if (packed.masterKeyId === next.id) continue
      const wrappedKey = await rewrap(packed.wrappedKey, old.find(packed.masterKeyId), next)
      const rewrapped = packSealed({ ...packed, wrappedKey, masterKeyId: next.id })
      await this.rows.setPacked(tx, table, id, rewrapped)
      count += 1
    }
    return count
  }
}

async function rewrap(wrapped: Uint8Array, old: MasterKey, next: MasterKey) {
  const dataKey = await old.unwrap(wrapped)
  try {
    return await next.wrap(dataKey)
  } finally {
    dataKey.fill(0)
  }
}
