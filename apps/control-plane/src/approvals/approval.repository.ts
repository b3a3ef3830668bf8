import { Injectable } from '@nestjs/common'
import type { ApprovalState } from '@wardgate/approvals'
import { v7 as uuid } from 'uuid'
import { Database } from '../common/database/database'
import { lockName } from '../common/database/lock-name'
import type { Transaction } from '../common/database/transaction'
import { isVisible, type VisibleRows } from '../common/database/visible-rows'
import { afterId, newestFirst, type PageQuery } from '../common/http/page'
import { RowSeals } from '../common/sealing/row-seals'
import { SealedRows } from '../common/sealing/sealed-rows'
import { Prisma } from '../generated/prisma/client'
import { sealedPrincipal } from '../principals/sealed-principal'
import type { ApprovalRequest, NewApprovalRequest, StoredVote } from './approval'
import { closedApproval, sealedGrant, sealedRequest, sealedVote } from './sealed-rows'

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
    private readonly sealed: SealedRows,
  ) {}

  /** Serialises the requests of one requester until the transaction ends. */
  lockRequester(tx: Transaction, requesterId: string): Promise<void> {
    return lockName(tx, `approval:${requesterId}`)
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
    if (row === undefined) return undefined
    await this.seals.require('grant', row.id, sealedGrant(row), row.grantSeal)
    await this.requireNotClosed(tx, row.id)
    await this.sealed.keep(tx, closedApproval(row.id), row.expiresAt)
    return row.id
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

  /** Why people said no to the identical operation when nobody waited for it any more; undefined = they did not. */
  async unheardRejection(
    tx: Transaction,
    digest: string,
    requesterId: string,
  ): Promise<string | undefined> {
    const [row] = await tx.$queryRaw<{ reason: string }[]>`
      SELECT end_reason AS reason FROM approval_requests
      WHERE digest = ${digest} AND requester_id = ${requesterId}::uuid AND state = 'rejected'
        AND expires_at > now() AND decided_at > hold_until
      ORDER BY id DESC LIMIT 1`
    return row?.reason
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

  /** Until when somebody waits. */
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
    const [moved] = await tx.approvalRequest.updateManyAndReturn({
      where: { id, state: { in: [...from] } },
      data: { state: to, endReason, decidedAt: new Date() },
      select: { expiresAt: true },
    })
    if (moved !== undefined && to !== 'approved')
      await this.sealed.keep(tx, closedApproval(id), moved.expiresAt)
    return moved !== undefined
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
    if (request.state === 'pending' || request.state === 'approved')
      await this.requireNotClosed(tx, id)
    return request
  }

  async stateOf(id: string): Promise<Pick<ApprovalRequest, 'state' | 'endReason'> | undefined> {
    const row = await this.database.prisma.approvalRequest.findUnique({
      where: { id },
      select: { state: true, endReason: true },
    })
    return row ?? undefined
  }

  async votes(id: string, tx?: Transaction): Promise<readonly StoredVote[]> {
    const { vote: table } = tx ?? this.database.prisma
    const rows = await table.findMany({ where: { requestId: id }, orderBy: { id: 'asc' } })
    for (const vote of rows)
      await this.seals.require('vote', `on ${id}`, sealedVote(id, vote), vote.seal)
    const voters = await this.principals(
      rows.map(({ principalId }) => principalId),
      tx,
    )
    const emails = new Map(voters.map((voter) => [voter.id, voter.email]))
    return rows.map(({ principalId, principal, approve, reason, createdAt }) => {
      const email = emails.get(principalId) ?? ''
      return { principalId, principal, approve, reason, createdAt, email }
    })
  }

  async addVote(
    tx: Transaction,
    requestId: string,
    vote: Pick<StoredVote, 'principalId' | 'principal' | 'approve' | 'reason'>,
  ): Promise<void> {
    const seal = await this.seals.seal('vote', sealedVote(requestId, vote))
    await tx.vote.create({ data: { id: uuid(), requestId, ...vote, seal } })
  }

  async principal(id: string, tx?: Transaction) {
    const [found] = await this.principals([id], tx)
    return found
  }

  private principals(ids: string[], tx?: Transaction) {
    const { principal } = tx ?? this.database.prisma
    return this.sealed.read(
      () => principal.findMany({ where: { id: { in: ids } } }),
      (found) => found.map(sealedPrincipal),
      { tx },
    )
  }

  /** It may have been, a moment ago on another replica, and been put back. */
  private async requireNotClosed(tx: Transaction, id: string): Promise<void> {
    const absent = { ...closedApproval(id), fields: undefined }
    await this.sealed.read(
      () => Promise.resolve(),
      () => [absent],
      { tx, isFresh: true },
    )
  }

  /** What was decided or used up stays so. */
  async resealAll(tx: Transaction): Promise<number> {
    const closed = await tx.approvalRequest.findMany({
      where: { state: { notIn: ['pending', 'approved'] }, expiresAt: { gt: new Date() } },
      select: { id: true, expiresAt: true },
    })
    for (const { id, expiresAt } of closed)
      await this.sealed.keep(tx, closedApproval(id), expiresAt)
    return closed.length
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
