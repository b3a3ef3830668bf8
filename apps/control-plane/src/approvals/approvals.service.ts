import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common'
import { statesBefore } from '@wardgate/approvals'
import { ApprovalError } from '@wardgate/errors'
import { type Operation, parametersOf, stateOf, textOf } from '@wardgate/gateway'
import { v7 as uuid } from 'uuid'
import { AuditLog } from '../common/audit-port'
import { Database } from '../common/database/database'
import type { Transaction } from '../common/database/transaction'
import { redactStatement } from '../common/redact-statement'
import { storable, storableJson } from '../common/storable-text'
import { Config } from '../config/config'
import type { Decision } from '../decisions/decision'
import { liveChannel } from '../live/live-event'
import { OutboxRepository } from '../notifications/outbox.repository'
import { boundedClaims } from '../sessions/claimed'
import type { Session } from '../sessions/session'
import { approvalChannel, type ApprovalRequest, type NewApprovalRequest } from './approval'
import { ApprovalRepository } from './approval.repository'
import { claimedIn } from './claimed-in'
import { askedParameters } from './shown-parameters'

const mostOpenRequests = 20
const sweepMillis = 2_000
const sweptAtOnce = 500

export type HeldDecision = Decision & {
  readonly outcome: Extract<Decision['outcome'], { readonly kind: 'require-approval' }>
}

export type Asked =
  | { readonly kind: 'consumed'; readonly approvalId: string }
  | {
      readonly kind: 'held'
      readonly approvalId: string
      readonly url: string
      readonly expiresAt: Date
    }

/** Approval requests from their creation to their end. Votes are in voting.service. */
@Injectable()
export class ApprovalsService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('approvals')
  private timer: NodeJS.Timeout | undefined

  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly approvals: ApprovalRepository,
    private readonly outbox: OutboxRepository,
    private readonly audit: AuditLog,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.expire().catch((err: unknown) => this.logger.error({ err }, 'expiry sweep failed'))
    }, sweepMillis).unref()
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer)
  }

  urlOf(id: string): string {
    return `${this.config.publicUrl}/approvals/${id}`
  }

  /**
   * An approval that people gave to the identical operation before, or the request that they are asked with. Throws what
   * they said when they rejected it and nobody was there to hear: until its life ends they are not asked again.
   */
  async ask(
    session: Session,
    operationId: string,
    operation: Operation,
    decision: HeldDecision,
  ): Promise<Asked> {
    const { digest, terms } = decision.outcome
    const requesterId = session.principal.id
    return this.database.transaction(async (tx): Promise<Asked> => {
      await this.approvals.lockRequester(tx, requesterId)
      const consumed = await this.consumeIn(tx, { digest, requesterId, operationId, session })
      if (consumed !== undefined) return { kind: 'consumed', approvalId: consumed }
      const holdUntil = new Date(Date.now() + terms.holdSeconds * 1000)
      const pending = await this.approvals.findPending(tx, digest, requesterId)
      if (pending !== undefined) {
        await this.approvals.extendHold(tx, pending.id, holdUntil)
        return this.held(pending.id, pending.expiresAt)
      }
      const rejected = await this.approvals.unheardRejection(tx, digest, requesterId)
      if (rejected !== undefined)
        throw new ApprovalError('ERR_APPROVAL_REJECTED', `rejected: ${rejected}`)
      if ((await this.approvals.countOpen(tx, requesterId)) >= mostOpenRequests)
        throw new ApprovalError(
          'ERR_APPROVAL_LIMIT',
          `${session.principal.name} has ${mostOpenRequests} open approval requests`,
        )
      const request = this.newRequest(session, operationId, operation, decision, holdUntil)
      await this.create(tx, request)
      return this.held(request.id, request.expiresAt)
    })
  }

  /** The approval of this very request, used up for this operation; undefined when somebody else had it. */
  consume(approvalId: string, digest: string, session: Session, operationId: string) {
    return this.database.transaction((tx) =>
      this.consumeIn(tx, {
        id: approvalId,
        digest,
        requesterId: session.principal.id,
        operationId,
        session,
      }),
    )
  }

  /** Nobody waits for it any more; whoever sends it again is told what was decided meanwhile. */
  async unheld(approvalId: string): Promise<void> {
    await this.database.transaction((tx) => this.approvals.extendHold(tx, approvalId, new Date()))
  }

  /** Nobody waits for it any more, and nobody will send it again. */
  async cancel(approvalId: string, reason: string): Promise<void> {
    await this.database.transaction(async (tx) => {
      if (!(await this.approvals.move(tx, approvalId, statesBefore('cancel'), 'cancelled', reason)))
        return
      await this.audit.append(tx, { kind: 'approval.cancelled', body: { approvalId, reason } })
      await this.announce(tx, approvalId, 'cancelled')
    })
  }

  stateOf(approvalId: string) {
    return this.approvals.stateOf(approvalId)
  }

  async expire(): Promise<number> {
    return this.database.transaction(async (tx) => {
      const expired = await this.approvals.expire(tx, sweptAtOnce)
      for (const { id, requester_id: principalId, session_id: sessionId } of expired) {
        const body = { approvalId: id }
        await this.audit.append(tx, { kind: 'approval.expired', principalId, sessionId, body })
        await this.announce(tx, id, 'expired')
      }
      return expired.length
    })
  }

  /** Tells replicas that hold streams, and screens; in the transaction of the change. */
  async announce(tx: Transaction, id: string, state: string): Promise<void> {
    await this.approvals.notify(tx, approvalChannel, id)
    await this.approvals.notify(
      tx,
      liveChannel,
      JSON.stringify({ type: 'approval-request', id, state }),
    )
  }

  private held(approvalId: string, expiresAt: Date): Asked {
    return { kind: 'held', approvalId, url: this.urlOf(approvalId), expiresAt }
  }

  private async consumeIn(
    tx: Transaction,
    by: { digest: string; requesterId: string; operationId: string; session: Session; id?: string },
  ): Promise<string | undefined> {
    const approvalId = await this.approvals.consume(tx, by)
    if (approvalId === undefined) return undefined
    await this.audit.append(tx, {
      kind: 'approval.consumed',
      principalId: by.requesterId,
      sessionId: by.session.id,
      operationId: by.operationId,
      body: { approvalId, digest: by.digest },
    })
    await this.announce(tx, approvalId, 'consumed')
    return approvalId
  }

  private async create(tx: Transaction, request: NewApprovalRequest): Promise<void> {
    await this.approvals.create(tx, request)
    await this.outbox.add(tx, 'approval.requested', {
      approvalId: request.id,
      summary: request.summary,
      connection: request.connection,
      requester: request.requester,
      url: this.urlOf(request.id),
      expiresAt: request.expiresAt.toISOString(),
    })
    await this.audit.append(tx, {
      kind: 'approval.requested',
      principalId: request.requesterId,
      sessionId: request.sessionId,
      operationId: request.operationId,
      body: {
        approvalId: request.id,
        digest: request.digest,
        summary: request.summary,
        connection: request.connection,
        approvers: [...request.approvers],
        quorum: request.quorum,
        expiresAt: request.expiresAt.toISOString(),
      },
    })
    await this.announce(tx, request.id, 'pending')
  }

  private newRequest(
    session: Session,
    operationId: string,
    operation: Operation,
    { outcome, facts, determinedBy }: HeldDecision,
    holdUntil: Date,
  ): NewApprovalRequest {
    const { terms, digest } = outcome
    const { actor, principal } = session.identity
    const { styles } = stateOf(operation)
    return {
      id: uuid(),
      digest,
      sessionId: session.id,
      operationId,
      connectionId: session.target.connectionId,
      connection: session.target.name,
      database: databaseOf(session, operation),
      requesterId: principal.id,
      requester: principal.name,
      requesterOwner: principal.owner,
      kind: operation.kind,
      summary: storable(facts.summary),
      text: redactStatement(operation.kind, storable(textOf(operation))),
      parameters: askedParameters(parametersOf(operation)),
      claimed: boundedClaims({ ...session.claimed, ...claimedIn(operation) }),
      risk: {
        score: facts.risk.score,
        factors: facts.risk.factors.map((factor) => ({ ...factor })),
      },
      facts: storableJson({
        kind: facts.kind,
        summary: facts.summary,
        actions: facts.actions.map((action) => ({ ...action })),
        opaque: [...facts.opaque],
        detail: facts.detail,
        ...(styles && { styles: { ...styles } }),
        named: (outcome.named ?? []).map(({ name, text }) => ({
          name,
          text: redactStatement('statement', text),
        })),
        onBehalfOf: actor === undefined ? [] : [actor.id, actor.name],
      }),
      rules: determinedBy.map((rule) => ({ ...rule })),
      approvers: terms.approvers,
      quorum: terms.quorum,
      reasonRequired: terms.reasonRequired,
      holdUntil,
      expiresAt: new Date(Date.now() + terms.expiresInSeconds * 1000),
    }
  }
}

function databaseOf(session: Session, operation: Operation): string {
  const { database } = stateOf(operation)
  return database === '' ? session.database : database
}

export type { ApprovalRequest }
