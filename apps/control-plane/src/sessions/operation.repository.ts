import { Injectable } from '@nestjs/common'
import { Database } from '../common/database/database'
import { afterId, newestFirst } from '../common/http/page'
import { within } from '../common/http/time-range'
import type { Operation } from './operation'
import type { OperationsQuery } from './sessions.dto'
import { byNewest, ToldOperationRepository } from './told-operation.repository'

@Injectable()
export class OperationRepository {
  constructor(
    private readonly database: Database,
    private readonly told: ToldOperationRepository,
  ) {}

  /** Newest first. */
  async list(query: OperationsQuery): Promise<readonly Operation[]> {
    const { take, ...page } = newestFirst(query)
    const startedAt = within(query)
    const rows = await this.database.prisma.operation.findMany({
      ...page,
      take,
      omit: { spoolId: true },
      where: {
        ...page.where,
        ...(query.sessionId === undefined ? {} : { sessionId: query.sessionId }),
        ...(query.status === undefined ? {} : { status: query.status }),
        ...(query.traceId === undefined ? {} : { traceId: query.traceId }),
        ...(query.action === undefined ? {} : { actions: { has: query.action } }),
        ...(startedAt === undefined ? {} : { startedAt }),
      },
    })
    const told = await this.told.list(query, afterId(query), take)
    return [...rows, ...told].sort(byNewest).slice(0, take)
  }

  async chunk(sessionId: string, index: number): Promise<Uint8Array | undefined> {
    const row = await this.database.prisma.recordingChunk.findUnique({
      where: { sessionId_index: { sessionId, index } },
      select: { data: true },
    })
    return row?.data
  }
}
