import { Injectable } from '@nestjs/common'
import { Database } from '../common/database/database'
import type { Transaction } from '../common/database/transaction'
import { newestFirst, type PageQuery } from '../common/http/page'
import type { Session } from './session'

export interface SessionFilter {
  readonly state?: 'open' | 'ended' | undefined
  readonly connection?: string | undefined
  readonly principal?: string | undefined
  readonly agent?: string | undefined
}

@Injectable()
export class SessionRepository {
  constructor(private readonly database: Database) {}

  async insert(tx: Transaction, sessions: readonly Session[], replica: string): Promise<void> {
    await tx.session.createMany({
      skipDuplicates: true,
      data: sessions.map((session) => ({
        id: session.id,
        connectionId: session.target.connectionId,
        connection: session.target.name,
        protocol: session.target.protocol,
        principalId: session.principal.id,
        principal: session.principal.name,
        agentId: session.agentId,
        agent: session.agentName,
        replica,
        database: session.database,
        clientAddress: session.clientAddress,
        claimed: session.claimed,
        startedAt: session.startedAt,
      })),
    })
  }

  async end(tx: Transaction, id: string, reason: string): Promise<boolean> {
    const { count } = await tx.session.updateMany({
      where: { id, state: 'open' },
      data: { state: 'ended', endReason: reason, endedAt: new Date() },
    })
    return count === 1
  }

  find(id: string) {
    return this.database.prisma.session.findUnique({ where: { id } })
  }

  /** `visible`: name patterns are applied by the caller; `ownerId` narrows to one principal's sessions. */
  list(query: PageQuery & SessionFilter, ownerId: string | undefined) {
    const page = newestFirst(query)
    const principal = query.principal
    return this.database.prisma.session.findMany({
      ...page,
      where: {
        ...page.where,
        ...(query.state === undefined ? {} : { state: query.state }),
        ...(query.connection === undefined ? {} : { connection: query.connection }),
        ...(query.agent === undefined ? {} : { agent: query.agent }),
        ...(principal === undefined
          ? {}
          : {
              OR: [
                { principal },
                ...(/^[0-9a-f-]{36}$/i.test(principal) ? [{ principalId: principal }] : []),
              ],
            }),
        ...(ownerId === undefined ? {} : { principalId: ownerId }),
      },
    })
  }

  /** Sessions whose agent has not been heard of since, or that an agent's former process left open. */
  async abandoned(agentId: string | undefined, notSeenSince: Date, take: number) {
    const rows = await this.database.prisma.$queryRaw<{ id: string }[]>`
      SELECT s.id FROM sessions s LEFT JOIN agents a ON a.id = s.agent_id
      WHERE s.state = 'open' AND s.started_at < ${notSeenSince}
        AND (s.agent_id = ${agentId ?? null}::uuid
          OR (${agentId ?? null}::uuid IS NULL
            AND COALESCE(a.last_seen_at, '-infinity') < ${notSeenSince}))
      ORDER BY s.id LIMIT ${take}`
    return rows.map(({ id }) => id)
  }

  async notify(tx: Transaction, channel: string, payload: string): Promise<void> {
    await tx.$executeRaw`SELECT pg_notify(${channel}, ${payload})`
  }
}
