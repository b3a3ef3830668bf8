import { Injectable } from '@nestjs/common'
import {
  canVote,
  tally,
  type Requester,
  type VotableRequest,
  type Voter,
} from '@wardgate/approvals'
import { ApprovalError, AuthError, RequestError } from '@wardgate/errors'
import { AuditLog } from '../common/audit-port'
import { connectionsFor, type Identity, isPermitted } from '../common/auth/identity'
import { Clock } from '../common/clock'
import { Database } from '../common/database/database'
import type { Transaction } from '../common/database/transaction'
import { InvalidRequest } from '../common/http/invalid-request'
import { toPage } from '../common/http/page'
import { matchesPattern } from '../common/name-pattern'
import { OutboxRepository } from '../notifications/outbox.repository'
import type { ApprovalRequest, StoredVote } from './approval'
import { ApprovalRepository } from './approval.repository'
import type { ApprovalsQuery } from './approvals.dto'
import { ApprovalsService } from './approvals.service'

export interface Ballot {
  readonly approve: boolean
  readonly reason: string
  /** Of the operation that the voter was shown. */
  readonly digest: string
}

/** What people see of approval requests and how their votes count. */
@Injectable()
export class VotingService {
  constructor(
    private readonly database: Database,
    private readonly approvals: ApprovalRepository,
    private readonly requests: ApprovalsService,
    private readonly outbox: OutboxRepository,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  async list(query: ApprovalsQuery, by: Identity) {
    const scope = connectionsFor(by, 'approvals:read')
    const ownerId = isPermitted(by, 'approvals:read-own') ? by.principal.id : undefined
    const visible = scope === 'all' ? scope : { connections: scope, ownerId }
    const rows = await this.approvals.list(query, visible)
    return toPage(
      rows,
      query,
      ({ id }) => id,
      (row) => row,
    )
  }

  async get(id: string, by: Identity) {
    const request = await this.require(id, by)
    const votes = await this.approvals.votes(id)
    const votable = await this.votable(request)
    const may = this.mayVote(by, request, votable, votes)
    return {
      ...request,
      owner: request.requesterOwner,
      url: this.requests.urlOf(id),
      votes: votes.map(({ email: _email, ...vote }) => vote),
      mayVote: may === undefined,
      mayNotVoteBecause: may ?? null,
    }
  }

  async vote(id: string, ballot: Ballot, by: Identity) {
    await this.require(id, by)
    await this.database.transaction(async (tx) => {
      await this.approvals.lock(tx, id)
      const request = await this.approvals.requireSealed(id, tx)
      if (request === undefined) throw notFound()
      if (request.digest !== ballot.digest)
        throw new RequestError(
          'ERR_REQUEST_CONFLICT',
          'the digest is not that of this request: read it again and decide on what it shows',
        )
      if (ballot.reason.trim() === '' && (request.reasonRequired || !ballot.approve))
        throw new InvalidRequest([{ path: 'reason', message: 'is required' }])
      await this.count(tx, request, ballot, by)
    })
    return this.get(id, by)
  }

  private async count(tx: Transaction, request: ApprovalRequest, ballot: Ballot, by: Identity) {
    const { id } = request
    const votable = await this.votable(request, tx)
    const votes = await this.approvals.votes(id, tx)
    const because = this.mayVote(by, request, votable, votes)
    if (because !== undefined) {
      if (request.state !== 'pending' || request.expiresAt.getTime() <= this.clock.now())
        throw new RequestError('ERR_REQUEST_CONFLICT', because)
      throw new AuthError('ERR_AUTH_FORBIDDEN', `you may not vote: ${because}`)
    }
    const { approve, reason } = ballot
    const { id: principalId, name: principal, email } = by.principal
    await this.approvals.addVote(tx, id, { principalId, principal, approve, reason })
    await this.audit.append(tx, {
      kind: 'approval.voted',
      principalId,
      sessionId: request.sessionId,
      operationId: request.operationId,
      body: { approvalId: id, digest: request.digest, approve, reason },
    })
    const counted = tally(votable, [...votes, { principalId, email, approve }])
    if (counted.kind === 'pending') return this.requests.announce(tx, id, 'pending')
    const endReason = approve ? '' : `${principal}: ${reason}`
    if (!(await this.approvals.move(tx, id, ['pending'], counted.kind, endReason)))
      throw new ApprovalError('ERR_APPROVAL_CANCELLED', 'the request is no longer pending')
    if (counted.kind === 'approved') await this.approvals.sealGrant(tx, request)
    await this.outbox.add(tx, 'approval.decided', {
      approvalId: id,
      state: counted.kind,
      summary: request.summary,
      url: this.requests.urlOf(id),
    })
    await this.audit.append(tx, {
      kind: `approval.${counted.kind}`,
      sessionId: request.sessionId,
      operationId: request.operationId,
      body: { approvalId: id, digest: request.digest },
    })
    await this.requests.announce(tx, id, counted.kind)
  }

  /** Why not; undefined when they may. */
  private mayVote(
    by: Identity,
    request: ApprovalRequest,
    votable: VotableRequest,
    votes: readonly StoredVote[],
  ): string | undefined {
    if (!isPermitted(by, 'approvals:vote', request.connection))
      return `they lack approvals:vote on ${request.connection}`
    // A credential that somebody else acts with is not that person's own decision.
    if (by.actor !== undefined) return 'they act through somebody else'
    const vote = canVote(votable, toVoter(by, request.connection), votes, this.clock.now())
    return vote.may ? undefined : vote.because
  }

  private async votable(request: ApprovalRequest, tx?: Transaction): Promise<VotableRequest> {
    return {
      state: request.state,
      expiresAt: request.expiresAt.getTime(),
      approvers: request.approvers,
      quorum: request.quorum,
      requester: await this.requester(request, tx),
    }
  }

  private async requester(request: ApprovalRequest, tx?: Transaction): Promise<Requester> {
    const known = await this.approvals.principal(request.requesterId, tx)
    return {
      id: request.requesterId,
      subject: known?.subject ?? '',
      name: request.requester,
      email: known?.email ?? '',
      owner: request.requesterOwner,
      onBehalfOf: onBehalfOf(request),
    }
  }

  private async require(id: string, by: Identity): Promise<ApprovalRequest> {
    const request = await this.approvals.find(id)
    if (request === undefined || !maySee(by, request)) throw notFound()
    return request
  }
}

function notFound(): RequestError {
  return new RequestError('ERR_REQUEST_NOT_FOUND', 'there is no such approval request')
}

function maySee(by: Identity, request: ApprovalRequest): boolean {
  if (isPermitted(by, 'approvals:read', request.connection)) return true
  return request.requesterId === by.principal.id && isPermitted(by, 'approvals:read-own')
}

function onBehalfOf({ facts }: ApprovalRequest): readonly string[] {
  const list = (facts as { onBehalfOf?: unknown }).onBehalfOf
  return Array.isArray(list) ? list.filter((name): name is string => typeof name === 'string') : []
}

function toVoter({ principal, grants }: Identity, connection: string): Voter {
  const roles = grants
    .filter(
      ({ connections }) =>
        connections.length === 0 ||
        connections.some((pattern) => matchesPattern(pattern, connection)),
    )
    .map(({ role }) => role)
  const { id, kind, subject, name, email, owner, groups } = principal
  return { id, kind, subject, name, email, owner, groups, roles }
}
