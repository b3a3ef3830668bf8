import { Injectable } from '@nestjs/common'
import type { BulkTransaction } from '../common/database/bulk-transaction'
import { byteaText } from '../common/database/copy-text'
import type { NewLeaf } from './audit-entry'
import type { TreeEdge, TreeRepository } from './tree-repository'

/** The tree's writer for entries by the thousand. */
@Injectable()
export class BulkAuditRepository implements TreeRepository<BulkTransaction> {
  async lockTree(tx: BulkTransaction): Promise<TreeEdge> {
    const [edge] = await tx.rows<{ size: string; frontier: Uint8Array }>(
      'SELECT size, frontier FROM audit_tree WHERE id = 1 FOR UPDATE',
      [],
    )
    if (edge === undefined) throw new Error('the audit tree has no row')
    return { size: BigInt(edge.size), frontier: edge.frontier }
  }

  async moveTree(tx: BulkTransaction, size: number, frontier: Uint8Array): Promise<void> {
    await tx.execute('UPDATE audit_tree SET size = $1, frontier = $2 WHERE id = 1', [
      size,
      Buffer.from(frontier),
    ])
  }

  async insert(tx: BulkTransaction, first: number, leaves: readonly NewLeaf[]): Promise<void> {
    await tx.copy(
      `audit_entries (index, kind, time, leaf, leaf_hash, principal_id, session_id, operation_id,
        agent_id, spool_id, sequence)`,
      leaves,
      (leaf, at) => [
        first + at,
        leaf.kind,
        leaf.time,
        leaf.leaf,
        byteaText(leaf.leafHash),
        leaf.principalId,
        leaf.sessionId,
        leaf.operationId,
        leaf.agentId,
        leaf.spoolId,
        leaf.sequence,
      ],
    )
  }
}
