import type { ApprovalState } from '@wardgate/approvals'
import type { JsonValue } from '../common/audit-port'

/** PostgreSQL channel on which replicas hear that a request changed; the payload is its id. */
export const approvalChannel = 'wardgate_approval'

export interface ApprovalRequest {
  readonly id: string
  readonly state: ApprovalState
  readonly digest: string
  readonly sessionId: string
  readonly operationId: string
  readonly connectionId: string
  readonly connection: string
  readonly database: string
  readonly requesterId: string
  readonly requester: string
  readonly requesterOwner: string
  readonly kind: string
  readonly summary: string
  readonly text: string
  readonly parameters: JsonValue
  readonly claimed: JsonValue
  readonly risk: JsonValue
  readonly facts: JsonValue
  readonly rules: JsonValue
  readonly approvers: readonly string[]
  readonly quorum: number
  readonly reasonRequired: boolean
  readonly holdUntil: Date
  readonly expiresAt: Date
  readonly decidedAt: Date | null
  readonly consumedAt: Date | null
  readonly consumedBy: string | null
  readonly endReason: string
  readonly createdAt: Date
}

export type NewApprovalRequest = Omit<
  ApprovalRequest,
  'state' | 'decidedAt' | 'consumedAt' | 'consumedBy' | 'endReason' | 'createdAt'
>

export interface StoredVote {
  readonly principalId: string
  readonly principal: string
  readonly approve: boolean
  readonly reason: string
  readonly createdAt: Date
  readonly email: string
}
