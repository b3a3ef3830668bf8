import { Injectable } from '@nestjs/common'
import type { ApprovalState } from '@wardgate/approvals'
import { v7 as uuid } from 'uuid'
import { Database } from '../common/database/database'
import type { Transaction } from '../common/database/transaction'
import { isVisible, type VisibleRows } from '../common/database/visible-rows'
import { afterId, newestFirst, type PageQuery } from '../common/http/page'
import { Prisma } from '../generated/prisma/client'
import type { ApprovalRequest, NewApprovalRequest, StoredVote } from './approval'

export interface ApprovalFilter {
  readonly state?: ApprovalState | undefined
  readonly connection?: string | undefined
  readonly requester?: string | undefined
}

@Injectable()
export class ApprovalRepository {
  constructor(private readonly database: Database) {}

  /** Serialises the requests of one requester until the transaction ends. */
  async lockRequester(tx: Transaction, requesterId: string): Promise<void> {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`approval:${requesterId}`}, 0))`
  }

  /** Uses an approval up: compare-and-set on state, digest and life, so one operation gets it, on one replica. */
  async consume(
    tx: Transaction,
    by: { digest: string; requesterId: string; operationId: string; id?: string },
  ): Promise<string | undefined> {
    const rows = await tx.$queryRaw<{ id: string }[]>`
      UPDATE approval_requests
      SET state = 'consumed', consumed_at = now(), consumed_by = ${by.operationId}::uuid
      WHERE state = 'approved' AND digest = ${by.digest} AND expires_at > now() AND id = (
        SELECT id FROM approval_requests
        WHERE state = 'approved' AND digest = ${by.digest} AND expires_at > now()
          AND requester_id = ${by.requesterId}::uuid
          AND (${by.id ?? null}::uuid IS NULL OR id = ${by.id ?? null}::uuid)
        ORDER BY id LIMIT 1 FOR UPDATE)
      RETURNING id`
    return rows[0]?.id
  }

  async findPending(tx: Transaction, digest: string, requesterId: string) {
    const row = await tx.approvalRequest.findFirst({
      where: { digest, requesterId, state: 'pending', expiresAt: { gt: new Date() } },
    })
    return row === null ? undefined : (row as ApprovalRequest)
  }

  countOpen(tx: Transaction, requesterId: string): Promise<number> {
    return tx.approvalRequest.count({ where: { requesterId, state: 'pending' } })
  }

  async create(tx: Transaction, request: NewApprovalRequest): Promise<void> {
    await tx.approvalRequest.create({
      data: {
        ...request,
        approvers: [...request.approvers],
        parameters: request.parameters as object,
        claimed: request.claimed as object,
        risk: request.risk as object,
        facts: request.facts as object,
        rules: request.rules as object,
      },
    })
  }

  async extendHold(tx: Transaction, id: string, holdUntil: Date): Promise<void> {
    await tx.approvalRequest.updateMany({ where: { id, state: 'pending' }, data: { holdUntil } })
  }

  /** Moves a request only while it is still in one of the states; says whether it did. */
  async move(
    tx: Transaction,
    id: string,
    from: readonly ApprovalState[],
    to: ApprovalState,
    endReason = '',
  ): Promise<boolean> {
    const { count } = await tx.approvalRequest.updateMany({
      where: { id, state: { in: [...from] } },
      data: { state: to, endReason, decidedAt: new Date() },
    })
    return count === 1
  }

  async expire(tx: Transaction, take: number) {
    return tx.$queryRaw<{ id: string; requester_id: string; session_id: string }[]>`
      UPDATE approval_requests SET state = 'expired'
      WHERE id IN (SELECT id FROM approval_requests
        WHERE state IN ('pending', 'approved') AND expires_at <= now()
        ORDER BY expires_at LIMIT ${take} FOR UPDATE SKIP LOCKED)
      RETURNING id, requester_id, session_id`
  }

  async lock(tx: Transaction, id: string): Promise<void> {
    await tx.$queryRaw`SELECT 1 FROM approval_requests WHERE id = ${id}::uuid FOR UPDATE`
  }

  async find(id: string, tx: Transaction = this.database.prisma) {
    const row = await tx.approvalRequest.findUnique({ where: { id } })
    return row === null ? undefined : (row as ApprovalRequest)
  }

  async stateOf(id: string): Promise<Pick<ApprovalRequest, 'state' | 'endReason'> | undefined> {
    const row = await this.database.prisma.approvalRequest.findUnique({
      where: { id },
      select: { state: true, endReason: true },
    })
    return row ?? undefined
  }

  async votes(id: string, tx: Transaction = this.database.prisma): Promise<readonly StoredVote[]> {
    return tx.$queryRaw<StoredVote[]>`
      SELECT v.principal_id AS "principalId", v.principal, v.approve, v.reason,
        v.created_at AS "createdAt", COALESCE(p.email, '') AS email
      FROM votes v LEFT JOIN principals p ON p.id = v.principal_id
      WHERE v.request_id = ${id}::uuid ORDER BY v.id`
  }

  async addVote(
    tx: Transaction,
    requestId: string,
    vote: Pick<StoredVote, 'principalId' | 'principal' | 'approve' | 'reason'>,
  ): Promise<void> {
    await tx.vote.create({ data: { id: uuid(), requestId, ...vote } })
  }

  principal(id: string, tx: Transaction = this.database.prisma) {
    return tx.principal.findUnique({
      where: { id },
      select: { id: true, subject: true, name: true, email: true, owner: true },
    })
  }

  async list(query: PageQuery & ApprovalFilter, visible: 'all' | VisibleRows) {
    const page = newestFirst(query)
    const where = visible === 'all' ? page.where : await this.visiblePage(query, visible)
    const { requester } = query
    const rows = await this.database.prisma.approvalRequest.findMany({
      ...page,
      where: {
        ...where,
        ...(query.state === undefined ? {} : { state: query.state }),
        ...(query.connection === undefined ? {} : { connection: query.connection }),
        ...(requester === undefined
          ? {}
          : {
              OR: [
                { requester },
                ...(/^[0-9a-f-]{36}$/i.test(requester) ? [{ requesterId: requester }] : []),
              ],
            }),
      },
    })
    return rows as ApprovalRequest[]
  }

  private async visiblePage(query: PageQuery & ApprovalFilter, visible: VisibleRows) {
    const { state, connection, requester } = query
    const after = afterId(query)
    const rows = await this.database.prisma.$queryRaw<{ id: string }[]>`
      SELECT id FROM approval_requests
      WHERE ${isVisible(visible, Prisma.sql`requester_id`)}
        AND (${after ?? null}::uuid IS NULL OR id < ${after ?? null}::uuid)
        AND (${state ?? null}::text IS NULL OR state::text = ${state ?? null})
        AND (${connection ?? null}::text IS NULL OR connection = ${connection ?? null})
        AND (${requester ?? null}::text IS NULL
          OR requester = ${requester ?? null} OR requester_id::text = lower(${requester ?? null}))
      ORDER BY id DESC LIMIT ${query.limit + 1}`
    return { id: { in: rows.map(({ id }) => id) } }
  }

  async notify(tx: Transaction, channel: string, payload: string): Promise<void> {
    await tx.$executeRaw`SELECT pg_notify(${channel}, ${payload})`
  }
}
