import { Injectable } from '@nestjs/common'
import type { Identity } from '../common/auth/identity'
import { type PageQuery, toPage } from '../common/http/page'
import { ConnectionsService } from '../connections/connections.service'
import { CatalogChangesRepository } from './catalog-changes.repository'

/** What changed in a target's schema, for the people who keep its policies true. */
@Injectable()
export class CatalogChangesService {
  constructor(
    private readonly connections: ConnectionsService,
    private readonly changes: CatalogChangesRepository,
  ) {}

  async list(identity: Identity, connectionId: string, query: PageQuery) {
    await this.connections.get(identity, connectionId)
    const rows = await this.changes.list(connectionId, query)
    return toPage(
      rows,
      query,
      ({ id }) => id,
      ({ id, database, agentId, former, digest, changes, total, createdAt }) => ({
        id,
        database,
        agentId,
        former,
        digest,
        changes,
        total,
        storedAt: createdAt.toISOString(),
      }),
    )
  }
}
