import { Injectable } from '@nestjs/common'
import type { BulkTransaction } from '../common/database/bulk-transaction'
import { byteaText } from '../common/database/copy-text'
import type { NewLeaf } from './audit-entry'
import type { NewSegment } from './segment'
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

  /** As rows; what agents spooled comes in segments. */
  async insert(tx: BulkTransaction, first: number, leaves: readonly NewLeaf[]): Promise<void> {
    await tx.copy(
      `audit_entries (index, kind, time, leaf, leaf_hash, principal_id, session_id, operation_id)`,
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
      ],
    )
  }

  async insertSegment(tx: BulkTransaction, first: number, segment: NewSegment): Promise<void> {
    const { packed, search, operations } = segment
    await tx.execute(insertSegment, [
      first,
      first + packed.count,
      packed.leaves,
      packed.leafHashes,
      search.kinds,
      search.sessionIds,
      search.principalIds,
      search.earliest,
      search.latest,
      segment.agentId,
      segment.spoolId,
      segment.firstSequence,
      operations.places,
      operations.first,
      operations.last,
      operations.statuses,
      operations.actions,
      operations.traceIds,
    ])
  }
}

const insertSegment = `
  INSERT INTO audit_segments (first_index, end_index, leaves, leaf_hashes, kinds, session_ids,
    principal_ids, earliest, latest, agent_id, spool_id, first_sequence, operations,
    first_operation, last_operation, statuses, actions, trace_ids)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`
