import { Injectable } from '@nestjs/common'
import { v7 as uuid } from 'uuid'
import { Database } from '../common/database/database'
import type { Transaction } from '../common/database/transaction'
import { newestFirst, type PageQuery } from '../common/http/page'
import type { CatalogChange } from './catalog-changes'
import type { CatalogKey } from './catalog-key'

/** Changes that one row lists; of more only the number is kept. */
const mostListed = 500
/** Rows kept of a database. */
const mostKept = 1_000

export interface CatalogStep {
  readonly agentId: string
  readonly former: string
  readonly digest: string
  readonly changes: readonly CatalogChange[]
}

/** How the catalogs of targets changed, newest last. */
@Injectable()
export class CatalogChangesRepository {
  constructor(private readonly database: Database) {}

  async add(tx: Transaction, key: CatalogKey, { changes, ...step }: CatalogStep): Promise<void> {
    const listed = changes.slice(0, mostListed).map((change) => ({ ...change }))
    await tx.catalogStep.create({
      data: { id: uuid(), ...key, ...step, changes: listed, total: changes.length },
    })
    await tx.$executeRaw`
      DELETE FROM catalog_steps WHERE connection_id = ${key.connectionId}::uuid AND database = ${key.database}
      AND id <= (SELECT id FROM catalog_steps WHERE connection_id = ${key.connectionId}::uuid
        AND database = ${key.database} ORDER BY id DESC OFFSET ${mostKept} LIMIT 1)`
  }

  list(connectionId: string, query: PageQuery) {
    const { where, ...page } = newestFirst(query)
    return this.database.prisma.catalogStep.findMany({ ...page, where: { ...where, connectionId } })
  }
}
