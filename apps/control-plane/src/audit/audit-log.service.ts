import { Injectable } from '@nestjs/common'
import { encodeEntry, entryTime, Frontier, leafHash } from '@wardgate/audit-log'
import { AuditLog, type NewAuditEntry } from '../common/audit-port'
import type { Transaction } from '../common/database/transaction'
import type { BulkTransaction } from '../common/database/bulk-transaction'
import type { NewLeaf, SpoolEntry } from './audit-entry'
import { AuditRepository } from './audit.repository'
import { BulkAuditRepository } from './bulk-audit.repository'
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

  /** Appends in the order given; all of them become visible with the caller's transaction or none. */
  async appendAll(tx: Transaction, entries: readonly NewAuditEntry[]): Promise<void> {
    await appendTo(this.entries, tx, entries)
  }

  /** The same for what agents spooled. */
  async appendBulk(
    tx: BulkTransaction,
    entries: readonly (NewAuditEntry | SpoolEntry)[],
  ): Promise<void> {
    await appendTo(this.bulkEntries, tx, entries)
  }
}

async function appendTo<T>(
  tree: TreeRepository<T>,
  tx: T,
  entries: readonly (NewAuditEntry | SpoolEntry)[],
): Promise<void> {
  if (entries.length === 0) return
  // Encoding comes before the lock: what cannot be encoded holds nobody up.
  const now = BigInt(Date.now()) * 1000n
  const leaves = entries.map((entry) => encode(entry, now))
  const edge = await tree.lockTree(tx)
  const frontier = Frontier.parse(edge.size, edge.frontier)
  const first = frontier.size
  for (const { leafHash } of leaves) frontier.append(leafHash)
  await tree.insert(tx, first, leaves)
  await tree.moveTree(tx, frontier.size, frontier.serialise())
}

function encode(entry: NewAuditEntry | SpoolEntry, now: bigint): NewLeaf {
  const { kind, body, principalId, sessionId, operationId } = entry
  const time = entryTime('timeMicros' in entry ? entry.timeMicros : now)
  const spool = 'sequence' in entry ? entry : undefined
  const agentId = spool?.agentId
  const spoolId = spool?.spoolId
  const sequence = spool?.sequence
  // In the order of canonical JSON, which spares the sorting.
  const leaf = encodeEntry({
    agentId,
    body,
    kind,
    operationId,
    principalId,
    sequence,
    sessionId,
    spoolId,
    time,
    version: 1,
  })
  return {
    kind,
    time,
    leaf,
    leafHash: leafHash(leaf),
    principalId,
    sessionId,
    operationId,
    agentId,
    spoolId,
    sequence,
  }
}
