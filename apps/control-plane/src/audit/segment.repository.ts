import { Injectable } from '@nestjs/common'
import { hashBytes, type SpoolRange, unpackHashes } from '@wardgate/audit-log'
import { Database } from '../common/database/database'
import type { StoredEntry } from './audit-entry'
import type { EntryFilter, Extent } from './entry-filter'
import { longestSegment } from './segment'
import {
  entryOfLeaf,
  leavesOfSegment,
  readLeaf,
  type ReadLeaf,
  type StoredLeaf,
  tryToReadLeaf,
} from './stored-entry'

/** Read at once: what a page or a search may hold in memory is a few of them. */
const segmentsARead = 4

const range = { firstIndex: true, endIndex: true } as const

/** The entries that agents spooled. */
@Injectable()
export class SegmentRepository {
  constructor(private readonly database: Database) {}

  async list(filter: EntryFilter, before: bigint | undefined, take: number) {
    const found: StoredEntry[] = []
    for await (const segment of this.search(filter, 'desc', before)) {
      const { firstIndex, leafHashes } = segment
      for (const { index, leaf } of fitting(segment, filter).reverse()) {
        if (before !== undefined && index >= before) continue
        const at = (index - Number(firstIndex)) * hashBytes
        const read = readLeaf({ index, leaf })
        found.push(entryOfLeaf(index, read, leafHashes.subarray(at, at + hashBytes)))
        if (found.length === take) return found
      }
    }
    return found
  }

  /** The run from the first entry below `size` that fits, or cannot be read, to the last one; undefined when none does. */
  async extent(filter: EntryFilter, size: number): Promise<Extent | undefined> {
    const first = await this.firstFitting(filter, 'asc', size)
    if (first === undefined) return undefined
    const last = await this.firstFitting(filter, 'desc', size)
    return { first, end: (last ?? first) + 1 }
  }

  async leaves({ first, end }: Extent): Promise<readonly StoredLeaf[]> {
    const rows = await this.database.prisma.auditSegment.findMany({
      orderBy: { firstIndex: 'asc' },
      select: { ...range, leaves: true },
      where: overlapping({ first, end }),
    })
    return rows.flatMap(leavesOfSegment).filter(({ index }) => index >= first && index < end)
  }

  /** Leaves of one kind in the run, in index order. */
  async leavesOfKind(kind: string, { first, end }: Extent, take: number) {
    const found: StoredLeaf[] = []
    for await (const segment of this.search({ kind }, 'asc', BigInt(end), first)) {
      for (const { index, leaf, read } of fitting(segment, { kind }))
        if (read !== undefined && index >= first && index < end) found.push({ index, leaf })
      if (found.length >= take) break
    }
    return found.slice(0, take)
  }

  async leafHashes(first: number, end: number) {
    const rows = await this.database.prisma.auditSegment.findMany({
      orderBy: { firstIndex: 'asc' },
      select: { ...range, leafHashes: true },
      where: overlapping({ first, end }),
    })
    return rows
      .flatMap(({ firstIndex, leafHashes }) =>
        unpackHashes(leafHashes).map((leafHash, at) => ({
          index: Number(firstIndex) + at,
          leafHash,
        })),
      )
      .filter(({ index }) => index >= first && index < end)
  }

  /** What each spool contributed to the run. */
  async spoolRanges({ first, end }: Extent): Promise<readonly (SpoolRange & { at: number })[]> {
    const rows = await this.database.prisma.$queryRaw<
      { agentId: string; spoolId: string; at: bigint; first: bigint; last: bigint }[]
    >`
      SELECT agent_id AS "agentId", spool_id AS "spoolId", min(first_index) AS at,
        min(first_sequence + greatest(${first} - first_index, 0)) AS first,
        max(first_sequence + least(${end}, end_index) - first_index - 1) AS last
      FROM audit_segments WHERE first_index < ${end} AND end_index > ${first}
      GROUP BY agent_id, spool_id`
    return rows.map((row) => ({
      ...row,
      at: Number(row.at),
      first: Number(row.first),
      last: Number(row.last),
    }))
  }

  private async firstFitting(filter: EntryFilter, order: 'asc' | 'desc', size: number) {
    for await (const segment of this.search(filter, order, BigInt(size))) {
      const found = fitting(segment, filter).filter(({ index }) => index < size)
      const hit = order === 'asc' ? found[0] : found.at(-1)
      if (hit !== undefined) return hit.index
    }
    return undefined
  }

  /** Segments that may have entries that fit, of those that begin below `before` and end above `after`. */
  private async *search(
    filter: EntryFilter,
    order: 'asc' | 'desc',
    before: bigint | undefined,
    after = 0,
  ) {
    const where = mayFit(filter)
    let [lowest, end] = [BigInt(after - longestSegment), before]
    for (;;) {
      const rows = await this.database.prisma.auditSegment.findMany({
        take: segmentsARead,
        orderBy: { firstIndex: order },
        select: { ...range, leaves: true, leafHashes: true },
        where: { ...where, firstIndex: { gt: lowest, ...(end === undefined ? {} : { lt: end }) } },
      })
      yield* rows
      const last = rows.at(-1)?.firstIndex
      if (last === undefined || rows.length < segmentsARead) return
      if (order === 'asc') lowest = last
      else end = last
    }
  }
}

/** Told by their ends: no segment is longer than the longest. */
function overlapping({ first, end }: Extent) {
  return { firstIndex: { gt: first - longestSegment, lt: end }, endIndex: { gt: first } }
}

function mayFit(filter: EntryFilter) {
  const { kind, sessionId, principalId, from, to } = filter
  return {
    ...(kind === undefined ? {} : { kinds: { hasEvery: [kind] } }),
    ...(sessionId === undefined ? {} : { sessionIds: { hasEvery: [sessionId] } }),
    ...(principalId === undefined ? {} : { principalIds: { hasEvery: [principalId] } }),
    ...(from === undefined ? {} : { latest: { gte: from } }),
    ...(to === undefined ? {} : { earliest: { lt: to } }),
  }
}

interface Candidate extends StoredLeaf {
  /** Undefined = it cannot be read, so it may be what is looked for. */
  readonly read: ReadLeaf | undefined
}

function fitting(segment: Parameters<typeof leavesOfSegment>[0], filter: EntryFilter): Candidate[] {
  // Most leaves are passed over without being parsed: what is looked for is in their text.
  const words = [filter.kind, filter.sessionId, filter.principalId].filter(
    (word): word is string => word !== undefined,
  )
  return leavesOfSegment(segment)
    .filter(({ leaf }) => leaf === '' || words.every((word) => leaf.includes(word)))
    .map((stored) => ({ ...stored, read: tryToReadLeaf(stored) }))
    .filter(({ read }) => read === undefined || fits(read, filter))
}

function fits(read: ReadLeaf, { kind, sessionId, principalId, from, to }: EntryFilter): boolean {
  const time = new Date(read.time)
  return (
    (kind === undefined || read.kind === kind) &&
    (sessionId === undefined || read.sessionId === sessionId) &&
    (principalId === undefined || read.principalId === principalId) &&
    (from === undefined || time >= from) &&
    (to === undefined || time < to)
  )
}
