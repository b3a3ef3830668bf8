import { Injectable } from '@nestjs/common'
import type { BulkTransaction } from '../common/database/bulk-transaction'
import { Database } from '../common/database/database'
import type { Transaction } from '../common/database/transaction'
import { isVisible, type VisibleRows } from '../common/database/visible-rows'
import { afterId, newestFirst, type PageQuery } from '../common/http/page'
import { type TimeRange, within } from '../common/http/time-range'
import { Prisma } from '../generated/prisma/client'
import type { SessionRecord } from './admission'

/** In place of the replica that holds the stream: nobody does. */
export const recoveredReplica = 'recovered'

export interface SessionFilter extends TimeRange {
  readonly state?: 'open' | 'ended' | undefined
  readonly connection?: string | undefined
  readonly principal?: string | undefined
  readonly agent?: string | undefined
}

export interface SessionEnd {
  readonly id: string
  readonly reason: string
}

@Injectable()
export class SessionRepository {
  constructor(private readonly database: Database) {}

  /** Returns those that were not there. In one order everywhere, so that no two writers wait for each other. */
  async insert(
    tx: BulkTransaction,
    records: readonly SessionRecord[],
    replica: string,
  ): Promise<ReadonlySet<string>> {
    if (records.length === 0) return new Set()
    const sorted = [...records].sort((a, b) => (a.id < b.id ? -1 : 1))
    const inserted = await tx.rows<{ id: string }>(
      `INSERT INTO sessions (id, connection_id, connection, protocol, principal_id, principal,
         agent_id, agent, replica, database, client_address, claimed, started_at)
       SELECT i, ci, c, pr, pi, p, ai, a, $2, d, ca, cl, s
       FROM json_to_recordset($1::text::json) AS r(i uuid, ci uuid, c text, pr text, pi uuid, p text,
         ai uuid, a text, d text, ca text, cl jsonb, s timestamptz)
       ON CONFLICT (id) DO NOTHING RETURNING id`,
      [JSON.stringify(sorted.map(sessionRow)), replica],
    )
    return new Set(inserted.map(({ id }) => id))
  }

  /** The ids under which a session of another agent, principal or connection is stored. */
  async notOf(tx: BulkTransaction, records: readonly SessionRecord[]): Promise<readonly string[]> {
    if (records.length === 0) return []
    const rows = await tx.rows<{ id: string }>(
      `SELECT r.i AS id FROM json_to_recordset($1::text::json) AS r(i uuid, ci uuid, pi uuid, ai uuid)
         LEFT JOIN sessions s
           ON s.id = r.i AND s.connection_id = r.ci AND s.principal_id = r.pi AND s.agent_id = r.ai
       WHERE s.id IS NULL`,
      [JSON.stringify(records.map(sessionRow))],
    )
    return rows.map(({ id }) => id)
  }

  /** Ends those that are open and returns them. Locked in one order everywhere, so that no two wait for each other. */
  async end(tx: BulkTransaction, ends: readonly SessionEnd[]): Promise<readonly SessionEnd[]> {
    return tx.rows<SessionEnd>(
      `WITH open AS (
         SELECT s.id, e.reason
         FROM unnest($1::uuid[], $2::text[]) AS e(id, reason) JOIN sessions s ON s.id = e.id
         WHERE s.state = 'open' ORDER BY s.id FOR UPDATE OF s
       )
       UPDATE sessions SET state = 'ended', end_reason = open.reason, ended_at = $3
       FROM open WHERE sessions.id = open.id
       RETURNING sessions.id, sessions.end_reason AS reason`,
      [ends.map(({ id }) => id), ends.map(({ reason }) => reason), new Date()],
    )
  }

  find(id: string) {
    return this.database.prisma.session.findUnique({ where: { id } })
  }

  async list(query: PageQuery & SessionFilter, visible: 'all' | VisibleRows) {
    const page = newestFirst(query)
    const where = visible === 'all' ? page.where : await this.visiblePage(query, visible)
    const principal = query.principal
    const startedAt = within(query)
    return this.database.prisma.session.findMany({
      ...page,
      where: {
        ...where,
        ...(query.state === undefined ? {} : { state: query.state }),
        ...(query.connection === undefined ? {} : { connection: query.connection }),
        ...(query.agent === undefined ? {} : { agent: query.agent }),
        ...(startedAt === undefined ? {} : { startedAt }),
        ...(principal === undefined
          ? {}
          : {
              OR: [
                { principal },
                ...(/^[0-9a-f-]{36}$/i.test(principal) ? [{ principalId: principal }] : []),
              ],
            }),
      },
    })
  }

  private async visiblePage(query: PageQuery & SessionFilter, visible: VisibleRows) {
    const { state, connection, agent, principal, from, to } = query
    const after = afterId(query)
    const rows = await this.database.prisma.$queryRaw<{ id: string }[]>`
      SELECT id FROM sessions
      WHERE ${isVisible(visible, Prisma.sql`principal_id`)}
        AND (${after ?? null}::uuid IS NULL OR id < ${after ?? null}::uuid)
        AND (${state ?? null}::text IS NULL OR state::text = ${state ?? null})
        AND (${connection ?? null}::text IS NULL OR connection = ${connection ?? null})
        AND (${agent ?? null}::text IS NULL OR agent = ${agent ?? null})
        AND (${from ?? null}::timestamptz IS NULL OR started_at >= ${from ?? null}::timestamptz)
        AND (${to ?? null}::timestamptz IS NULL OR started_at < ${to ?? null}::timestamptz)
        AND (${principal ?? null}::text IS NULL
          OR principal = ${principal ?? null} OR principal_id::text = lower(${principal ?? null}))
      ORDER BY id DESC LIMIT ${query.limit + 1}`
    return { id: { in: rows.map(({ id }) => id) } }
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

  async heldBy(replicas: readonly string[], take: number): Promise<readonly string[]> {
    if (replicas.length === 0) return []
    const where = { state: 'open' as const, replica: { in: [...replicas] } }
    const rows = await this.database.prisma.session.findMany({
      where,
      select: { id: true },
      orderBy: { id: 'asc' },
      take,
    })
    return rows.map(({ id }) => id)
  }

  async notifyAll(
    tx: BulkTransaction,
    channel: string,
    payloads: readonly string[],
  ): Promise<void> {
    if (payloads.length === 0) return
    await tx.execute('SELECT pg_notify($1, p) FROM unnest($2::text[]) AS p', [channel, payloads])
  }

  async notify(tx: Transaction, channel: string, payload: string): Promise<void> {
    await tx.$executeRaw`SELECT pg_notify(${channel}, ${payload})`
  }
}

function sessionRow({ id, admission, clientAddress, claimed, startedAt }: SessionRecord) {
  return {
    i: id,
    ci: admission.connectionId,
    c: admission.connection,
    pr: admission.protocol,
    pi: admission.principalId,
    p: admission.principal,
    ai: admission.agentId,
    a: admission.agent,
    d: admission.database,
    ca: clientAddress,
    cl: claimed,
    s: startedAt.toISOString(),
  }
}
