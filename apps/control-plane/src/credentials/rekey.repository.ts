import { Injectable } from '@nestjs/common'
import type { Transaction } from '../common/database/transaction'
import type { Bytes } from '../common/sealing/envelope'

export interface WrappedKey {
  readonly key: string
  readonly wrappedKey: Uint8Array
  readonly masterKeyId: string
}

/** A table whose rows hold data keys wrapped by a master key. */
export type SealedTable = 'credentials' | 'sealed_secrets' | 'webhooks'

/** A table with a column that holds a sealed value whole, its wrapped key included. */
export type PackedTable = 'issuers' | 'webhooks'

export interface PackedSecret {
  readonly id: string
  readonly secret: Uint8Array
}

@Injectable()
export class RekeyRepository {
  /** Rows that another master key wraps, locked: a credential that is set meanwhile waits. */
  async lockOthers(
    tx: Transaction,
    table: SealedTable,
    masterKeyId: string,
    limit: number,
  ): Promise<readonly WrappedKey[]> {
    switch (table) {
      case 'credentials':
        return tx.$queryRaw<WrappedKey[]>`
          SELECT id::text AS key, wrapped_key AS "wrappedKey", master_key_id AS "masterKeyId"
            FROM credentials WHERE master_key_id <> ${masterKeyId} LIMIT ${limit} FOR UPDATE`
      case 'sealed_secrets':
        return tx.$queryRaw<WrappedKey[]>`
          SELECT name AS key, wrapped_key AS "wrappedKey", master_key_id AS "masterKeyId"
            FROM sealed_secrets WHERE master_key_id <> ${masterKeyId} LIMIT ${limit} FOR UPDATE`
      case 'webhooks':
        return tx.$queryRaw<WrappedKey[]>`
          SELECT id::text AS key, wrapped_key AS "wrappedKey", master_key_id AS "masterKeyId"
            FROM webhooks WHERE master_key_id <> ${masterKeyId} LIMIT ${limit} FOR UPDATE`
    }
  }

  async rewrap(
    tx: Transaction,
    table: SealedTable,
    key: string,
    wrappedKey: Bytes,
    masterKeyId: string,
  ): Promise<void> {
    const data = { wrappedKey, masterKeyId }
    switch (table) {
      case 'credentials':
        await tx.credential.update({ where: { id: key }, data })
        return
      case 'sealed_secrets':
        await tx.sealedSecret.update({ where: { name: key }, data })
        return
      case 'webhooks':
        await tx.webhook.update({ where: { id: key }, data })
        return
    }
  }

  /** Locked, those that have one. */
  async lockPacked(tx: Transaction, table: PackedTable): Promise<readonly PackedSecret[]> {
    switch (table) {
      case 'issuers':
        return tx.$queryRaw<PackedSecret[]>`
          SELECT id::text, client_secret AS secret
            FROM issuers WHERE client_secret IS NOT NULL FOR UPDATE`
      case 'webhooks':
        return tx.$queryRaw<PackedSecret[]>`
          SELECT id::text, previous_secret AS secret
            FROM webhooks WHERE previous_secret IS NOT NULL FOR UPDATE`
    }
  }

  async setPacked(tx: Transaction, table: PackedTable, id: string, secret: Bytes): Promise<void> {
    switch (table) {
      case 'issuers':
        await tx.issuer.update({ where: { id }, data: { clientSecret: secret } })
        return
      case 'webhooks':
        await tx.webhook.update({ where: { id }, data: { previousSecret: secret } })
        return
    }
  }
}
