import { Injectable } from '@nestjs/common'
import { CatalogManifest, CatalogPart } from '@wardgate/contract'
import { ProtocolError } from '@wardgate/errors'
import type { CatalogIndex } from '@wardgate/sql'
import { AuditLog } from '../common/audit-port'
import { BoundedMap } from '../common/bounded-map'
import { Database } from '../common/database/database'
import { EpochCache } from '../common/epoch/epoch-cache'
import { EpochService } from '../common/epoch/epoch.service'
import { EpochWatch } from '../common/epoch/epoch-watch'
import { assemble, type AssembledCatalog } from './assembled-catalog'
import { CatalogChangesRepository } from './catalog-changes.repository'
import { catalogChanges } from './catalog-changes'
import type { CatalogKey } from './catalog-key'
import { hashOf, type KnownPart, partFromWire } from './catalog-wire'
import { CatalogRepository } from './catalog.repository'

/** Catalogs kept in memory, by database; one of a thousand tables takes a few megabytes. */
const keptCatalogs = 64
const keptKeys = 1_000
/** Parts that an agent is asked for at once; it announces again when it has sent them. */
const partsAsked = 32

/** The targets' schemas, as their agents reported them. */
@Injectable()
export class CatalogsService {
  private readonly byKey: EpochCache<CatalogIndex | undefined>
  private readonly assembled = new BoundedMap<string, AssembledCatalog & { digest: string }>(
    keptCatalogs,
  )

  constructor(
    private readonly database: Database,
    private readonly catalogs: CatalogRepository,
    private readonly changes: CatalogChangesRepository,
    private readonly epochs: EpochService,
    private readonly watch: EpochWatch,
    private readonly audit: AuditLog,
  ) {
    this.byKey = new EpochCache(keptKeys, () => this.watch.current)
  }

  /** Undefined = no agent has reported it yet. */
  find(key: CatalogKey): Promise<CatalogIndex | undefined> {
    return this.byKey.get(nameOf(key), async () => (await this.stored(key))?.index)
  }

  /** Of the catalog that is stored now; undefined = there is none. */
  digestOf(key: CatalogKey): Promise<string | undefined> {
    return this.catalogs.digestOf(key)
  }

  /** Resolves when this replica decides by the catalog of this digest, or when the time is up. */
  async arrival(key: CatalogKey, digest: string, limit: AbortSignal): Promise<void> {
    while (!limit.aborted) {
      const changed = this.watch.next(limit)
      if ((await this.catalogs.digestOf(key)) === digest) return this.watch.refresh()
      await changed
    }
  }

  /** Takes what an agent announces; answers the numbers of the parts that it has to send first. */
  async offer(
    key: CatalogKey,
    digest: string,
    rawManifest: CatalogManifest,
    agentId: string,
  ): Promise<readonly number[]> {
    if (hashOf(encoded(rawManifest)) !== digest)
      throw new ProtocolError('ERR_PROTOCOL_MALFORMED', 'the catalog does not have its digest')
    if ((await this.catalogs.digestOf(key)) === digest) return []
    const kept = await this.catalogs.keptOf(rawManifest.parts.map((part) => part.digest))
    const missing = rawManifest.parts.filter((part) => !kept.has(part.digest))
    if (missing.length === 0) await this.store(key, digest, rawManifest, agentId)
    return missing.slice(0, partsAsked).map(({ number }) => number)
  }

  /** Keeps a part by its own digest, whoever sent it: it is what it is. */
  async keepPart(rawBody: Uint8Array): Promise<void> {
    const body = new Uint8Array(rawBody)
    partFromWire(CatalogPart.decode(body))
    await this.catalogs.keepPart(hashOf(body), body)
  }

  /** A new catalog voids every verdict that rested on the former. */
  private async store(
    key: CatalogKey,
    digest: string,
    manifest: CatalogManifest,
    agentId: string,
  ): Promise<void> {
    const former = await this.stored(key)
    const next = await this.assembleFrom(manifest, former)
    // A part was dropped meanwhile: the next announcement asks for it.
    if (next === undefined) return
    const changes = former === undefined ? [] : catalogChanges(former, next)
    const parts = manifest.parts.map((part) => part.digest)
    await this.database.transaction(async (tx) => {
      const before = await this.catalogs.digestOf(key, tx)
      if (before === digest) return
      await this.catalogs.store(tx, key, { digest, manifest: encoded(manifest), parts })
      await this.catalogs.forgetOrphans(tx)
      if (before !== undefined)
        await this.changes.add(tx, key, { agentId, former: before, digest, changes })
      await this.epochs.bump(tx)
      const body = { ...key, digest, agentId, changes: changes.length }
      await this.audit.append(tx, { kind: 'catalog.stored', body })
    })
    this.assembled.set(nameOf(key), { ...next, digest })
  }

  private async stored(key: CatalogKey): Promise<AssembledCatalog | undefined> {
    const row = await this.catalogs.find(key)
    if (row === null) return undefined
    const kept = this.assembled.get(nameOf(key))
    if (kept?.digest === row.digest) return kept
    const made = await this.assembleFrom(CatalogManifest.decode(row.manifest), kept)
    if (made !== undefined) this.assembled.set(nameOf(key), { ...made, digest: row.digest })
    return made
  }

  /** Only parts that the former catalog does not have are read. */
  private async assembleFrom(
    manifest: CatalogManifest,
    former: AssembledCatalog | undefined,
  ): Promise<AssembledCatalog | undefined> {
    const parts = new Map<string, KnownPart>()
    const unread: string[] = []
    for (const { digest } of manifest.parts) {
      const known = former?.parts.get(digest)
      if (known === undefined) unread.push(digest)
      else parts.set(digest, known)
    }
    for await (const { digest, body } of this.catalogs.parts(unread))
      parts.set(digest, partFromWire(CatalogPart.decode(body)))
    return assemble(manifest, parts)
  }
}

function nameOf({ connectionId, database }: CatalogKey): string {
  return `${connectionId}/${database}`
}

function encoded(manifest: CatalogManifest): Uint8Array<ArrayBuffer> {
  return new Uint8Array(CatalogManifest.encode(manifest).finish())
}
