import type { JsonObject, JsonValue } from '../common/audit-port'
import type { SealedRow } from '../common/sealing/sealed-rows'
import type { ApprovalRequest, NewApprovalRequest, StoredVote } from './approval'

/** What people are asked, and who they may be: none of it changes once it is asked. */
export function sealedRequest(request: NewApprovalRequest): JsonObject {
  const { id, digest, kind, summary, text, requester, requesterId, requesterOwner } = request
  const { connection, connectionId, database, sessionId, operationId } = request
  const { parameters, claimed, risk, facts, rules, quorum, reasonRequired } = request
  return {
    ...{ id, digest, kind, summary, text, requester, requesterId, requesterOwner },
    ...{ connection, connectionId, database, sessionId, operationId },
    ...{ quorum, reasonRequired, approvers: [...request.approvers] },
    ...asStored({ parameters, claimed, risk, facts, rules }),
    expiresAt: request.expiresAt.toISOString(),
  }
}

/** That enough people agreed, to this, for so long. */
export function sealedGrant(
  request: Pick<ApprovalRequest, 'id' | 'digest' | 'requesterId' | 'expiresAt'>,
): JsonObject {
  const { id, digest, requesterId, expiresAt } = request
  return { id, digest, requesterId, expiresAt: expiresAt.toISOString() }
}

/** It was used up, rejected or withdrawn: whatever its row says later, it is over. */
export function closedApproval(id: string): SealedRow {
  return { kind: 'closed-approval', id, fields: { id } }
}

export function sealedVote(
  requestId: string,
  { principalId, approve, reason }: Pick<StoredVote, 'principalId' | 'approve' | 'reason'>,
): JsonObject {
  return { requestId, principalId, approve, reason }
}

/** As it comes back from a JSON column. */
function asStored(value: Readonly<Record<string, JsonValue>>): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject
}
