import { Injectable } from '@nestjs/common'
import { encodeEntry, entryTime, Frontier, leafHash } from '@wardgate/audit-log'
import { AuditLog, type NewAuditEntry } from '../common/audit-port'
import type { Transaction } from '../common/database/transaction'
import type { BulkTransaction } from '../common/database/bulk-transaction'
import type { NewLeaf } from './audit-entry'
import { AuditRepository } from './audit.repository'
import { BulkAuditRepository } from './bulk-audit.repository'
import type { NewSegment } from './segment'
import type { TreeRepository } from './tree-repository'

/** The Merkle tree's only writer. The tree's row is locked by every append, so leaves have one order everywhere. */
@Injectable()
export class AuditLogService extends AuditLog {
  constructor(
    private readonly entries: AuditRepository,
    private readonly bulkEntries: BulkAuditRepository,
  ) {
    super()
  }

  override async append(tx: Transaction, entry: NewAuditEntry): Promise<void> {
    await this.appendAll(tx, [entry])
  }

  override async lock(tx: Transaction): Promise<void> {
    await this.entries.lockTree(tx)
  }

  /** Appends in the order given; all of them become visible with the caller's transaction or none. */
  async appendAll(tx: Transaction, entries: readonly NewAuditEntry[]): Promise<void> {
    await appendTo(this.entries, tx, entries)
  }

  /** The same where sessions and operations come by the hundred. */
  async appendBulk(tx: BulkTransaction, entries: readonly NewAuditEntry[]): Promise<void> {
    await appendTo(this.bulkEntries, tx, entries)
  }

  /** Appends what agents spooled. */
  async appendSegments(tx: BulkTransaction, segments: readonly NewSegment[]): Promise<void> {
    const leafHashes = segments.map(({ packed }) => packed.leafHashes)
    await grow(this.bulkEntries, tx, leafHashes, async (first) => {
      let at = first
      for (const segment of segments) {
        await this.bulkEntries.insertSegment(tx, at, segment)
        at += segment.packed.count
      }
    })
  }
}

async function appendTo<T>(
  tree: TreeRepository<T>,
  tx: T,
  entries: readonly NewAuditEntry[],
): Promise<void> {
  // Encoding comes before the lock: what cannot be encoded holds nobody up.
  const time = entryTime(BigInt(Date.now()) * 1000n)
  const leaves = entries.map((entry) => encode(entry, time))
  const leafHashes = leaves.map(({ leafHash }) => leafHash)
  await grow(tree, tx, leafHashes, (first) => tree.insert(tx, first, leaves))
}

/** `leafHashes` are runs of hashes, one after another. */
async function grow<T>(
  tree: TreeRepository<T>,
  tx: T,
  leafHashes: readonly Uint8Array[],
  insert: (first: number) => Promise<void>,
): Promise<void> {
  if (leafHashes.length === 0) return
  const edge = await tree.lockTree(tx)
  const frontier = Frontier.parse(edge.size, edge.frontier)
  const first = frontier.size
  for (const run of leafHashes) frontier.appendAll(run)
  await insert(first)
  await tree.moveTree(tx, frontier.size, frontier.serialise())
}

function encode(entry: NewAuditEntry, time: string): NewLeaf {
  const { kind, body, principalId, sessionId, operationId } = entry
  const leaf = encodeEntry({ kind, body, principalId, sessionId, operationId, time, version: 1 })
  return { kind, time, leaf, leafHash: leafHash(leaf), principalId, sessionId, operationId }
}
