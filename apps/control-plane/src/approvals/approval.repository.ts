import { Injectable } from '@nestjs/common'
import type { ApprovalState } from '@wardgate/approvals'
import { v7 as uuid } from 'uuid'
import { Database } from '../common/database/database'
import type { Transaction } from '../common/database/transaction'
import { isVisible, type VisibleRows } from '../common/database/visible-rows'
import { afterId, newestFirst, type PageQuery } from '../common/http/page'
import { RowSeals } from '../common/sealing/row-seals'
import { Prisma } from '../generated/prisma/client'
import type { ApprovalRequest, NewApprovalRequest, StoredVote } from './approval'
import { sealedGrant, sealedRequest, sealedVote } from './sealed-rows'

export interface ApprovalFilter {
  readonly state?: ApprovalState | undefined
  readonly connection?: string | undefined
  readonly requester?: string | undefined
}

@Injectable()
export class ApprovalRepository {
  constructor(
    private readonly database: Database,
    private readonly seals: RowSeals,
  ) {}

  /** Serialises the requests of one requester until the transaction ends. */
  async lockRequester(tx: Transaction, requesterId: string): Promise<void> {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`approval:${requesterId}`}, 0))`
  }

  /** Uses an approval up: compare-and-set on state, digest and life, so one operation gets it, on one replica. */
  async consume(
    tx: Transaction,
    by: { digest: string; requesterId: string; operationId: string; id?: string },
  ): Promise<string | undefined> {
    const rows = await tx.$queryRaw<ConsumedRow[]>`
      UPDATE approval_requests
      SET state = 'consumed', consumed_at = now(), consumed_by = ${by.operationId}::uuid
      WHERE state = 'approved' AND digest = ${by.digest} AND expires_at > now() AND id = (
        SELECT id FROM approval_requests
        WHERE state = 'approved' AND digest = ${by.digest} AND expires_at > now()
          AND requester_id = ${by.requesterId}::uuid
          AND (${by.id ?? null}::uuid IS NULL OR id = ${by.id ?? null}::uuid)
        ORDER BY id LIMIT 1 FOR UPDATE)
      RETURNING id, digest, requester_id AS "requesterId", expires_at AS "expiresAt",
        grant_seal AS "grantSeal"`
    const [row] = rows
    if (row !== undefined)
      await this.seals.require('grant', row.id, sealedGrant(row), row.grantSeal)
    return row?.id
  }

  /** Bears witness that people granted it: an approval without this is used by nobody. */
  async sealGrant(tx: Transaction, request: ApprovalRequest): Promise<void> {
    const grantSeal = await this.seals.seal('grant', sealedGrant(request))
    await tx.approvalRequest.update({ where: { id: request.id }, data: { grantSeal } })
  }

  async findPending(tx: Transaction, digest: string, requesterId: string) {
    const row = await tx.approvalRequest.findFirst({
      where: { digest, requesterId, state: 'pending', expiresAt: { gt: new Date() } },
    })
    return row === null ? undefined : fromRow(row)
  }

  countOpen(tx: Transaction, requesterId: string): Promise<number> {
    return tx.approvalRequest.count({ where: { requesterId, state: 'pending' } })
  }

  async create(tx: Transaction, request: NewApprovalRequest): Promise<void> {
    const seal = await this.seals.seal('request', sealedRequest(request))
    await tx.approvalRequest.create({
      data: {
        ...request,
        approvers: [...request.approvers],
        parameters: request.parameters as object,
        claimed: request.claimed as object,
        risk: request.risk as object,
        facts: request.facts as object,
        rules: request.rules as object,
        seal,
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
    return row === null ? undefined : fromRow(row)
  }

  /** For a vote: throws when what people are asked was changed since. */
  async requireSealed(id: string, tx: Transaction): Promise<ApprovalRequest | undefined> {
    const row = await tx.approvalRequest.findUnique({ where: { id } })
    if (row === null) return undefined
    const request = fromRow(row)
    await this.seals.require('request', id, sealedRequest(request), row.seal)
    return request
  }

  async stateOf(id: string): Promise<Pick<ApprovalRequest, 'state' | 'endReason'> | undefined> {
    const row = await this.database.prisma.approvalRequest.findUnique({
      where: { id },
      select: { state: true, endReason: true },
    })
    return row ?? undefined
  }

  async votes(id: string, tx: Transaction = this.database.prisma): Promise<readonly StoredVote[]> {
    const rows = await tx.$queryRaw<(StoredVote & { seal: Uint8Array | null })[]>`
      SELECT v.seal, v.principal_id AS "principalId", v.principal, v.approve, v.reason,
        v.created_at AS "createdAt", COALESCE(p.email, '') AS email
      FROM votes v LEFT JOIN principals p ON p.id = v.principal_id
      WHERE v.request_id = ${id}::uuid ORDER BY v.id`
    for (const vote of rows)
      await this.seals.require('vote', `on ${id}`, sealedVote(id, vote), vote.seal)
    return rows.map(({ seal: _seal, ...vote }) => vote)
  }

  async addVote(
    tx: Transaction,
    requestId: string,
    vote: Pick<StoredVote, 'principalId' | 'principal' | 'approve' | 'reason'>,
  ): Promise<void> {
    const seal = await this.seals.seal('vote', sealedVote(requestId, vote))
    await tx.vote.create({ data: { id: uuid(), requestId, ...vote, seal } })
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
    return rows.map(fromRow)
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

type ConsumedRow = Pick<ApprovalRequest, 'id' | 'digest' | 'requesterId' | 'expiresAt'> & {
  readonly grantSeal: Uint8Array | null
}

/** Without its seals, which are nobody's business. */
function fromRow({ seal: _seal, grantSeal: _grantSeal, ...row }: Row): ApprovalRequest {
  return row as ApprovalRequest
}

type Row = Prisma.ApprovalRequestGetPayload<object>
