import { Injectable } from '@nestjs/common'
import { Database } from '../common/database/database'
import type { Prisma } from '../generated/prisma/client'
import type { Operation } from './operation'
import type { OperationsQuery } from './sessions.dto'
import { operationsOfSegment } from './told-operation'

/** Read at once. */
const segmentsARead = 4

/** Operations that the audit log's segments tell whole. */
@Injectable()
export class ToldOperationRepository {
  constructor(private readonly database: Database) {}

  /** Those with the highest ids below `before`, in that order. */
  async list(query: OperationsQuery, before: string | undefined, take: number) {
    let found: Operation[] = []
    for await (const segment of this.newest(mayFit(query, before))) {
      // Segments come by their highest id: nothing further down is newer than this.
      const least = found[take - 1]
      if (least !== undefined && (segment.lastOperation ?? '') <= least.id) break
      const fitting = operationsOfSegment(segment, query.sessionId ?? '').filter(
        (operation) => (before === undefined || operation.id < before) && fits(operation, query),
      )
      const here = await this.onConnection(fitting, query.connection)
      found = [...found, ...here].sort(byNewest).slice(0, take)
    }
    return found
  }

  async find(id: string): Promise<Operation | undefined> {
    const where = { firstOperation: { lte: id }, lastOperation: { gte: id } }
    for await (const segment of this.newest(where)) {
      const found = operationsOfSegment(segment, id).find((operation) => operation.id === id)
      if (found !== undefined) return found
    }
    return undefined
  }

  /** Operations know their session alone. */
  private async onConnection(operations: readonly Operation[], connection: string | undefined) {
    if (connection === undefined || operations.length === 0) return operations
    const ids = [...new Set(operations.map(({ sessionId }) => sessionId))]
    const where = { id: { in: ids }, connection }
    const sessions = await this.database.prisma.session.findMany({ where, select: { id: true } })
    const here = new Set(sessions.map(({ id }) => id))
    return operations.filter(({ sessionId }) => here.has(sessionId))
  }

  private async *newest(where: Prisma.AuditSegmentWhereInput) {
    let last: bigint | undefined
    for (;;) {
      const rows = await this.database.prisma.auditSegment.findMany({
        take: segmentsARead,
        orderBy: [{ lastOperation: 'desc' }, { firstIndex: 'desc' }],
        select: {
          firstIndex: true,
          endIndex: true,
          leaves: true,
          operations: true,
          lastOperation: true,
        },
        ...(last === undefined ? {} : { cursor: { firstIndex: last }, skip: 1 }),
        where,
      })
      yield* rows
      last = rows.at(-1)?.firstIndex
      if (rows.length < segmentsARead) return
    }
  }
}

export function byNewest(a: Operation, b: Operation): number {
  return a.id < b.id ? 1 : a.id > b.id ? -1 : 0
}

function mayFit(query: OperationsQuery, before: string | undefined) {
  const { sessionId, status, action, traceId, from, to } = query
  return {
    lastOperation: { not: null },
    ...(before === undefined ? {} : { firstOperation: { lt: before } }),
    ...(sessionId === undefined ? {} : { sessionIds: { hasEvery: [sessionId] } }),
    ...(status === undefined ? {} : { statuses: { hasEvery: [status] } }),
    ...(traceId === undefined ? {} : { traceIds: { hasEvery: [traceId] } }),
    // Null = too many to name.
    ...(action === undefined
      ? {}
      : { OR: [{ actions: { hasEvery: [action] } }, { actions: { equals: null } }] }),
    ...(from === undefined ? {} : { latest: { gte: from } }),
    ...(to === undefined ? {} : { earliest: { lt: to } }),
  }
}

function fits(operation: Operation, query: OperationsQuery): boolean {
  const { sessionId, status, action, traceId, from, to } = query
  return (
    (sessionId === undefined || operation.sessionId === sessionId) &&
    (status === undefined || operation.status === status) &&
    (action === undefined || operation.actions.includes(action)) &&
    (traceId === undefined || operation.traceId === traceId) &&
    (from === undefined || operation.startedAt >= from) &&
    (to === undefined || operation.startedAt < to)
  )
}
