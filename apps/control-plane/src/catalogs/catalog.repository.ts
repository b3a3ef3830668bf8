import { Injectable } from '@nestjs/common'
import { v7 as uuid } from 'uuid'
import { Database } from '../common/database/database'
import type { Transaction } from '../common/database/transaction'

@Injectable()
export class CatalogRepository {
  constructor(private readonly database: Database) {}

  find(connectionId: string, database: string) {
    return this.database.prisma.catalog.findUnique({
      where: { connectionId_database: { connectionId, database } },
    })
  }

  async digestOf(connectionId: string, database: string, tx: Transaction = this.database.prisma) {
    const row = await tx.catalog.findUnique({
      where: { connectionId_database: { connectionId, database } },
      select: { digest: true },
    })
    return row?.digest
  }

  async store(
    tx: Transaction,
    key: { connectionId: string; database: string },
    digest: string,
    body: Uint8Array<ArrayBuffer>,
  ): Promise<void> {
    await tx.catalog.upsert({
      where: { connectionId_database: key },
      create: { id: uuid(), ...key, digest, body },
      update: { digest, body },
    })
  }
}
