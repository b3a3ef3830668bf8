import { Injectable } from '@nestjs/common'
import { Database } from '../common/database/database'
import { afterId, newestFirst } from '../common/http/page'
import { within } from '../common/http/time-range'
import type { Operation } from './operation'
import { Prisma } from '../generated/prisma/client'
import type { OperationsQuery } from './sessions.dto'
import { byNewest, ToldOperationRepository } from './told-operation.repository'

@Injectable()
export class OperationRepository {
  constructor(
    private readonly database: Database,
    private readonly told: ToldOperationRepository,
  ) {}

  async find(id: string): Promise<Operation | undefined> {
    const where = { id }
    const row = await this.database.prisma.operation.findUnique({ where, omit: { spoolId: true } })
    return row ?? this.told.find(id)
  }

  /** Newest first. */
  async list(query: OperationsQuery): Promise<readonly Operation[]> {
    const { take, ...page } = newestFirst(query)
    const startedAt = within(query)
    const { sessionId, status, traceId, action, connection } = query
    const rows = await this.database.prisma.operation.findMany({
      ...page,
      take,
      omit: { spoolId: true },
      where: {
        ...(connection === undefined ? page.where : await this.pageOn(connection, query)),
        ...(sessionId === undefined ? {} : { sessionId }),
        ...(status === undefined ? {} : { status }),
        ...(traceId === undefined ? {} : { traceId }),
        ...(action === undefined ? {} : { actions: { has: action } }),
        ...(startedAt === undefined ? {} : { startedAt }),
      },
    })
    const told = await this.told.list(query, afterId(query), take)
    return [...rows, ...told].sort(byNewest).slice(0, take)
  }

  /** Operations know their session alone. All that narrows the list has to narrow the page before it is cut. */
  private async pageOn(connection: string, query: OperationsQuery) {
    const { sessionId = null, status = null, traceId = null, from = null, to = null } = query
    const after = afterId(query) ?? null
    const action = query.action === undefined ? Prisma.sql`true` : hasAction(query.action)
    const rows = await this.database.prisma.$queryRaw<{ id: string }[]>`
      SELECT o.id FROM operations o JOIN sessions s ON s.id = o.session_id
      WHERE s.connection = ${connection} AND ${action}
        AND (${after}::uuid IS NULL OR o.id < ${after}::uuid)
        AND (${sessionId}::uuid IS NULL OR o.session_id = ${sessionId}::uuid)
        AND (${status}::text IS NULL OR o.status = ${status})
        AND (${traceId}::text IS NULL OR o.trace_id = ${traceId})
        AND (${from}::timestamptz IS NULL OR o.started_at >= ${from}::timestamptz)
        AND (${to}::timestamptz IS NULL OR o.started_at < ${to}::timestamptz)
      ORDER BY o.id DESC LIMIT ${query.limit + 1}`
    return { id: { in: rows.map(({ id }) => id) } }
  }

  async chunk(sessionId: string, index: number): Promise<Uint8Array | undefined> {
    const row = await this.database.prisma.recordingChunk.findUnique({
      where: { sessionId_index: { sessionId, index } },
      select: { data: true },
    })
    return row?.data
  }
}

function hasAction(action: string): Prisma.Sql {
  return Prisma.sql`o.actions @> ARRAY[${action}]::text[]`
}
