import { createHash } from 'node:crypto'
import { Injectable } from '@nestjs/common'
import { Catalog as WireCatalog } from '@wardgate/contract'
import { ProtocolError } from '@wardgate/errors'
import { type CatalogIndex, indexCatalog } from '@wardgate/sql'
import { AuditLog } from '../common/audit-port'
import { Database } from '../common/database/database'
import { EpochCache } from '../common/epoch/epoch-cache'
import { EpochService } from '../common/epoch/epoch.service'
import { EpochWatch } from '../common/epoch/epoch-watch'
import { BoundedMap } from '../common/bounded-map'
import { catalogFromWire } from './catalog-wire'
import { CatalogRepository } from './catalog.repository'

/** Indexed catalogs kept in memory, by digest; one of a thousand tables takes a few megabytes. */
const keptCatalogs = 64
const keptKeys = 1_000

export interface CatalogKey {
  readonly connectionId: string
  readonly database: string
}

/** The targets' schemas, as their agents reported them. */
@Injectable()
export class CatalogsService {
  private readonly byKey: EpochCache<CatalogIndex | undefined>
  private readonly byDigest = new BoundedMap<string, CatalogIndex>(keptCatalogs)

  constructor(
    private readonly database: Database,
    private readonly catalogs: CatalogRepository,
    private readonly epochs: EpochService,
    private readonly watch: EpochWatch,
    private readonly audit: AuditLog,
  ) {
    this.byKey = new EpochCache(keptKeys, () => this.watch.current)
  }

  /** Undefined = no agent has reported it yet. */
  find(key: CatalogKey): Promise<CatalogIndex | undefined> {
    return this.byKey.get(`${key.connectionId}/${key.database}`, () => this.read(key))
  }

  async holds(key: CatalogKey, digest: string): Promise<boolean> {
    return (await this.catalogs.digestOf(key.connectionId, key.database)) === digest
  }

  /** Keeps a catalog; a new one voids every verdict that rested on the former. */
  async store(key: CatalogKey, digest: string, rawCatalog: WireCatalog, agentId: string) {
    const body = new Uint8Array(WireCatalog.encode(rawCatalog).finish())
    if (createHash('sha256').update(body).digest('hex') !== digest)
      throw new ProtocolError('ERR_PROTOCOL_MALFORMED', 'the catalog does not have its digest')
    this.byDigest.set(digest, indexCatalog(catalogFromWire(rawCatalog)))
    await this.database.transaction(async (tx) => {
      if ((await this.catalogs.digestOf(key.connectionId, key.database, tx)) === digest) return
      await this.catalogs.store(tx, key, digest, body)
      await this.epochs.bump(tx)
      await this.audit.append(tx, { kind: 'catalog.stored', body: { ...key, digest, agentId } })
    })
  }

  private async read(key: CatalogKey): Promise<CatalogIndex | undefined> {
    const row = await this.catalogs.find(key.connectionId, key.database)
    if (row === null) return undefined
    const known = this.byDigest.get(row.digest)
    if (known !== undefined) return known
    const index = indexCatalog(catalogFromWire(WireCatalog.decode(row.body)))
    this.byDigest.set(row.digest, index)
    return index
  }
}
