import { Injectable } from '@nestjs/common'
import { Database } from '../common/database/database'
import { newestFirst } from '../common/http/page'
import { within } from '../common/http/time-range'
import type { OperationsQuery } from './sessions.dto'

@Injectable()
export class OperationRepository {
  constructor(private readonly database: Database) {}

  /** `connections`: only of sessions on these; `ownerId`: only of this principal's sessions. */
  async list(query: OperationsQuery, sessionIds: readonly string[] | undefined) {
    const page = newestFirst(query)
    const startedAt = within(query)
    return this.database.prisma.operation.findMany({
      ...page,
      where: {
        ...page.where,
        ...(query.sessionId === undefined
          ? sessionIds === undefined
            ? {}
            : { sessionId: { in: [...sessionIds] } }
          : { sessionId: query.sessionId }),
        ...(query.status === undefined ? {} : { status: query.status }),
        ...(query.traceId === undefined ? {} : { traceId: query.traceId }),
        ...(query.action === undefined ? {} : { actions: { has: query.action } }),
        ...(startedAt === undefined ? {} : { startedAt }),
      },
    })
  }

  async chunk(sessionId: string, index: number): Promise<Uint8Array | undefined> {
    const row = await this.database.prisma.recordingChunk.findUnique({
      where: { sessionId_index: { sessionId, index } },
      select: { data: true },
    })
    return row?.data
  }
}
