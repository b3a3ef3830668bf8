import { Injectable } from '@nestjs/common'
import { v7 as uuid } from 'uuid'
import { Database } from '../common/database/database'
import type { Transaction } from '../common/database/transaction'
import { RowSeals } from '../common/sealing/row-seals'
import { type SealedRow, SealedRows } from '../common/sealing/sealed-rows'
import type { CatalogKey } from './catalog-key'
import { hashOf } from './catalog-wire'

/** Parts read at once: what bounds memory while a large catalog is put together. */
const partsAtOnce = 32
/** Parts that no catalog names may belong to one that is being sent. */
const orphanMillis = 3_600_000

@Injectable()
export class CatalogRepository {
  constructor(
    private readonly database: Database,
    private readonly sealed: SealedRows,
    private readonly seals: RowSeals,
  ) {}

  find(key: CatalogKey) {
    const where = { connectionId_database: key }
    const load = () => this.database.prisma.catalog.findUnique({ where })
    return this.sealed.readOne(load, sealedCatalog)
  }

  async digestOf(key: CatalogKey, tx: Transaction = this.database.prisma) {
    const row = await tx.catalog.findUnique({
      where: { connectionId_database: key },
      select: { digest: true },
    })
    return row?.digest
  }

  async store(
    tx: Transaction,
    key: CatalogKey,
    stored: {
      readonly digest: string
      readonly manifest: Uint8Array<ArrayBuffer>
      readonly parts: string[]
    },
  ): Promise<void> {
    await tx.catalog.upsert({
      where: { connectionId_database: key },
      create: { id: uuid(), ...key, ...stored },
      update: stored,
    })
    await this.sealed.keep(tx, sealedCatalog({ ...key, ...stored }))
  }

  async resealAll(tx: Transaction): Promise<number> {
    const all = await tx.catalog.findMany()
    return this.sealed.keepAll(tx, all.map(sealedCatalog))
  }

  /** Which of these parts are kept. */
  async keptOf(digests: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.database.prisma.catalogPart.findMany({
      where: { digest: { in: [...digests] } },
      select: { digest: true },
    })
    return new Set(rows.map(({ digest }) => digest))
  }

  async keepPart(digest: string, body: Uint8Array<ArrayBuffer>): Promise<void> {
    await this.database.prisma.catalogPart.upsert({
      where: { digest },
      create: { digest, body },
      update: { storedAt: new Date() },
    })
  }

  /** The bodies of these parts, a few at a time; one that is gone is left out. */
  async *parts(digests: readonly string[]): AsyncGenerator<{ digest: string; body: Uint8Array }> {
    for (let at = 0; at < digests.length; at += partsAtOnce) {
      const parts = await this.database.prisma.catalogPart.findMany({
        where: { digest: { in: digests.slice(at, at + partsAtOnce) } },
        select: { digest: true, body: true },
      })
      for (const part of parts) {
        // The manifest, which is sealed, names it by what it is.
        if (hashOf(part.body) !== part.digest) throw this.seals.refusal('catalog', part.digest)
        yield part
      }
    }
  }

  async forgetOrphans(tx: Transaction): Promise<void> {
    const before = new Date(Date.now() - orphanMillis)
    await tx.$executeRaw`
      DELETE FROM catalog_parts WHERE stored_at < ${before}
      AND digest NOT IN (SELECT unnest(parts) FROM catalogs)`
  }
}

/** What masks are computed from: the manifest that the row holds, whatever digest stands beside it. */
function sealedCatalog(row: CatalogKey & { readonly manifest: Uint8Array }): SealedRow {
  const { connectionId, database, manifest } = row
  const fields = { connectionId, database, digest: hashOf(manifest) }
  return { kind: 'catalog', id: `${connectionId}/${database}`, fields }
}
