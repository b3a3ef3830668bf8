import { approvalStates } from '@wardgate/approvals'
import { z } from 'zod'
import { pageOf, pageQuery } from '../common/http/page'

export const approvalsQuery = pageQuery.extend({
  state: z.enum(approvalStates).optional(),
  connection: z.string().max(100).optional(),
  requester: z.string().max(200).optional(),
})
export type ApprovalsQuery = z.output<typeof approvalsQuery>

const request = z.object({
  id: z.uuid(),
  state: z.enum(approvalStates),
  digest: z.string(),
  sessionId: z.uuid(),
  operationId: z.uuid(),
  connectionId: z.uuid(),
  connection: z.string(),
  database: z.string(),
  requesterId: z.uuid(),
  requester: z.string(),
  requesterOwner: z.string(),
  kind: z.string(),
  summary: z.string(),
  text: z.string(),
  parameters: z.array(z.record(z.string(), z.unknown())),
  claimed: z.record(z.string(), z.string()),
  risk: z.record(z.string(), z.unknown()),
  facts: z.record(z.string(), z.unknown()),
  rules: z.array(z.object({ policy: z.string(), rule: z.string() })),
  approvers: z.array(z.string()),
  quorum: z.number().int(),
  reasonRequired: z.boolean(),
  holdUntil: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  decidedAt: z.iso.datetime().nullable(),
  consumedAt: z.iso.datetime().nullable(),
  consumedBy: z.uuid().nullable(),
  endReason: z.string(),
  createdAt: z.iso.datetime(),
})
export const approvalsAnswer = pageOf(request)

export const approvalAnswer = request.extend({
  owner: z.string(),
  url: z.string(),
  votes: z.array(
    z.object({
      principalId: z.uuid(),
      principal: z.string(),
      approve: z.boolean(),
      reason: z.string(),
      createdAt: z.iso.datetime(),
    }),
  ),
  mayVote: z.boolean(),
  mayNotVoteBecause: z.string().nullable(),
})

const digest = z.string().regex(/^[0-9a-f]{64}$/, 'must be the digest that the request shows')

export const approval = z.strictObject({ digest, reason: z.string().max(1_000).default('') })
export type Approval = z.output<typeof approval>

export const rejection = z.strictObject({ digest, reason: z.string().max(1_000).default('') })
export type Rejection = z.output<typeof rejection>
