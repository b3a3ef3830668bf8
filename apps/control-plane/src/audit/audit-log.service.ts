import { Injectable } from '@nestjs/common'
import { encodeEntry, entryTime, Frontier, leafHash } from '@wardgate/audit-log'
import { AuditLog, type NewAuditEntry } from '../common/audit-port'
import type { Transaction } from '../common/database/transaction'
import type { PlacedLeaf, SpoolEntry } from './audit-entry'
import { AuditRepository } from './audit.repository'

/** The Merkle tree's only writer. The tree's row is locked by every append, so leaves have one order everywhere. */
@Injectable()
export class AuditLogService extends AuditLog {
  constructor(private readonly entries: AuditRepository) {
    super()
  }

  override async append(tx: Transaction, entry: NewAuditEntry): Promise<void> {
    await this.appendAll(tx, [entry])
  }

  /** Appends in the order given; all of them become visible with the caller's transaction or none. */
  async appendAll(tx: Transaction, entries: readonly (NewAuditEntry | SpoolEntry)[]) {
    if (entries.length === 0) return
    // Encoding comes before the lock: what cannot be encoded holds nobody up.
    const now = BigInt(Date.now()) * 1000n
    const encoded = entries.map((entry) => encode(entry, now))
    const edge = await this.entries.lockTree(tx)
    const frontier = Frontier.parse(edge.size, edge.frontier)
    const leaves = encoded.map((leaf): PlacedLeaf => ({
      ...leaf,
      index: frontier.append(leaf.leafHash),
    }))
    await this.entries.insert(tx, leaves)
    await this.entries.moveTree(tx, frontier.size, frontier.serialise())
  }
}

function encode(entry: NewAuditEntry | SpoolEntry, now: bigint): Omit<PlacedLeaf, 'index'> {
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
  const ids = { principalId, sessionId, operationId, agentId, spoolId, sequence }
  return { kind, time, leaf, leafHash: leafHash(leaf), ...ids }
}
