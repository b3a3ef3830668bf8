import { Injectable } from '@nestjs/common'
import type { SpoolRange } from '@wardgate/audit-log'
import { Database } from '../common/database/database'
import type { Transaction } from '../common/database/transaction'
import { within } from '../common/http/time-range'
import type { NewLeaf } from './audit-entry'
import type { EntryFilter, Extent } from './entry-filter'
import { SegmentRepository } from './segment.repository'
import { entryOfRow } from './stored-entry'
import type { TreeEdge, TreeRepository } from './tree-repository'

export interface NewCheckpoint {
  readonly size: number
  readonly rootHash: Uint8Array
  readonly note: string
  readonly ledgerNumber: number
  readonly seal: Uint8Array
}

/** The log: entries that came one at a time, and those that agents spooled. */
@Injectable()
export class AuditRepository implements TreeRepository<Transaction> {
  constructor(
    private readonly database: Database,
    private readonly segments: SegmentRepository,
  ) {}

  async lockTree(tx: Transaction): Promise<TreeEdge> {
    const rows = await tx.$queryRaw<TreeEdge[]>`
      SELECT size, frontier FROM audit_tree WHERE id = 1 FOR UPDATE`
    const [edge] = rows
    if (edge === undefined) throw new Error('the audit tree has no row')
    return edge
  }

  async moveTree(tx: Transaction, size: number, frontier: Uint8Array): Promise<void> {
    await tx.$executeRaw`
      UPDATE audit_tree SET size = ${size}, frontier = ${Buffer.from(frontier)} WHERE id = 1`
  }

  /** One statement and one parameter for all: as JSON they cost driver and server the least. */
  async insert(tx: Transaction, first: number, leaves: readonly NewLeaf[]): Promise<void> {
    const rows = JSON.stringify(
      leaves.map((leaf, at) => ({
        i: first + at,
        k: leaf.kind,
        t: leaf.time,
        l: leaf.leaf,
        h: Buffer.from(leaf.leafHash).toString('hex'),
        p: leaf.principalId,
        s: leaf.sessionId,
        o: leaf.operationId,
      })),
    )
    await tx.$executeRaw`
      INSERT INTO audit_entries (index, kind, time, leaf, leaf_hash, principal_id, session_id,
        operation_id)
      SELECT i, k, t, l, decode(h, 'hex'), p, s, o
      FROM json_to_recordset(${rows}::text::json) AS entries(i bigint, k text, t timestamptz, l text,
        h text, p uuid, s uuid, o uuid)`
  }

  /** Newest first. */
  async list(filter: EntryFilter, before: bigint | undefined, take: number) {
    const time = within(filter)
    const rows = await this.database.prisma.auditEntry.findMany({
      take,
      orderBy: { index: 'desc' },
      omit: { spoolId: true, sequence: true },
      where: {
        ...(before === undefined ? {} : { index: { lt: before } }),
        ...(filter.kind === undefined ? {} : { kind: filter.kind }),
        ...(filter.sessionId === undefined ? {} : { sessionId: filter.sessionId }),
        ...(filter.principalId === undefined ? {} : { principalId: filter.principalId }),
        ...(time === undefined ? {} : { time }),
      },
    })
    const spooled = await this.segments.list(filter, before, take)
    return inOrder(rows.map(entryOfRow), spooled).reverse().slice(0, take)
  }

  /** The run of the log below `size` from the first entry that fits to the last one; undefined when none fits. */
  async extent(filter: EntryFilter, size: number): Promise<Extent | undefined> {
    const { sessionId = null, from = null, to = null } = filter
    const rows = await this.database.prisma.$queryRaw<{ first: bigint | null; last: bigint }[]>`
      SELECT min(index) AS first, max(index) AS last FROM audit_entries
      WHERE index < ${size} AND (${sessionId}::uuid IS NULL OR session_id = ${sessionId}::uuid)
        AND (${from}::timestamptz IS NULL OR time >= ${from}::timestamptz)
        AND (${to}::timestamptz IS NULL OR time < ${to}::timestamptz)`
    const [found] = rows
    const spooled = await this.segments.extent(filter, size)
    if (found === undefined || found.first === null) return spooled
    const own = { first: Number(found.first), end: Number(found.last) + 1 }
    if (spooled === undefined) return own
    return { first: Math.min(own.first, spooled.first), end: Math.max(own.end, spooled.end) }
  }

  /** Runs of the log below `size` that the tables do not have, the first ones; none when it is whole. */
  async missing(size: number, take: number): Promise<readonly Extent[]> {
    const [counted] = await this.database.prisma.$queryRaw<{ count: bigint }[]>`
      SELECT (SELECT count(*) FROM audit_entries WHERE index < ${size})
        + (SELECT COALESCE(sum(end_index - first_index), 0)::bigint
           FROM audit_segments WHERE end_index <= ${size}) AS count`
    if (Number(counted?.count) === size) return []
    const rows = await this.database.prisma.$queryRaw<{ first: bigint; end: bigint }[]>`
      SELECT first, "end" FROM (
        SELECT lag("end", 1, 0::bigint) OVER (ORDER BY first) AS first, first AS "end" FROM (
          SELECT index AS first, index + 1 AS "end" FROM audit_entries WHERE index < ${size}
          UNION ALL
          SELECT first_index, end_index FROM audit_segments WHERE end_index <= ${size}
          UNION ALL SELECT ${size}::bigint, ${size}::bigint) AS kept) AS runs
      WHERE first < "end" ORDER BY first LIMIT ${take}`
    return rows.map(({ first, end }) => ({ first: Number(first), end: Number(end) }))
  }

  /** Leaves [first, end), in index order. */
  async leaves({ first, end }: Extent) {
    const rows = await this.database.prisma.auditEntry.findMany({
      orderBy: { index: 'asc' },
      select: { index: true, leaf: true },
      where: { index: { gte: first, lt: end } },
    })
    return inOrder(rows.map(numbered), await this.segments.leaves({ first, end }))
  }

  /** What each spool contributed to the run. */
  async spoolRanges({ first, end }: Extent): Promise<readonly SpoolRange[]> {
    const rows = await this.database.prisma.$queryRaw<
      { agentId: string; spoolId: string; at: bigint; first: bigint; last: bigint }[]
    >`
      SELECT agent_id AS "agentId", spool_id AS "spoolId", min(index) AS at,
        min(sequence) AS first, max(sequence) AS last
      FROM audit_entries WHERE index >= ${first} AND index < ${end} AND sequence IS NOT NULL
      GROUP BY agent_id, spool_id`
    const own = rows.map((row) => ({
      ...row,
      at: Number(row.at),
      first: Number(row.first),
      last: Number(row.last),
    }))
    return joinRanges([...own, ...(await this.segments.spoolRanges({ first, end }))])
  }

  /** Leaves of one kind in the run, in index order. */
  async leavesOfKind(kind: string, { first, end }: Extent, take: number) {
    const rows = await this.database.prisma.auditEntry.findMany({
      take,
      orderBy: { index: 'asc' },
      select: { index: true, leaf: true },
      where: { kind, index: { gte: first, lt: end } },
    })
    const spooled = await this.segments.leavesOfKind(kind, { first, end }, take)
    return inOrder(rows.map(numbered), spooled).slice(0, take)
  }

  async leafHashes(first: number, end: number): Promise<readonly Uint8Array[]> {
    const rows = await this.database.prisma.auditEntry.findMany({
      where: { index: { gte: first, lt: end } },
      orderBy: { index: 'asc' },
      select: { index: true, leafHash: true },
    })
    const spooled = await this.segments.leafHashes(first, end)
    return inOrder(rows.map(numbered), spooled).map(({ leafHash }) => leafHash)
  }

  /** The newest checkpoints of sizes between, ascending. */
  async checkpointsBetween(after: number, before: number, take: number) {
    const rows = await this.database.prisma.checkpoint.findMany({
      take,
      orderBy: { size: 'desc' },
      select: { size: true, note: true },
      where: { size: { gt: after, lt: before } },
    })
    return rows.map(({ size, note }) => ({ size: Number(size), note })).reverse()
  }

  latestCheckpoint() {
    return this.database.prisma.checkpoint.findFirst({ orderBy: { size: 'desc' } })
  }

  async saveCheckpoint(tx: Transaction, checkpoint: NewCheckpoint): Promise<void> {
    const { size, rootHash, note, ledgerNumber, seal } = checkpoint
    await tx.$executeRaw`
      INSERT INTO checkpoints (size, root_hash, note, ledger_number, seal)
      VALUES (${size}, ${Buffer.from(rootHash)}, ${note}, ${ledgerNumber}, ${Buffer.from(seal)})
      ON CONFLICT (size) DO NOTHING`
  }
}

function numbered<T extends { readonly index: bigint }>(row: T) {
  return { ...row, index: Number(row.index) }
}

function inOrder<T extends { readonly index: number }>(rows: readonly T[], spooled: readonly T[]) {
  return [...rows, ...spooled].sort((a, b) => a.index - b.index)
}

/** One a spool: its earlier entries may be rows, from before there were segments. */
function joinRanges(ranges: readonly (SpoolRange & { readonly at: number })[]): SpoolRange[] {
  const joined = new Map<string, SpoolRange>()
  for (const { agentId, spoolId, first, last } of [...ranges].sort((a, b) => a.at - b.at)) {
    const key = `${agentId}/${spoolId}`
    const known = joined.get(key) ?? { first, last }
    joined.set(key, {
      agentId,
      spoolId,
      first: Math.min(known.first, first),
      last: Math.max(known.last, last),
    })
  }
  return [...joined.values()]
}
