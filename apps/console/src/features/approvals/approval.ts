import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { change, get } from '../../api/client'
import { usePollMillis } from '../../api/live'

export type ApprovalState =
  'pending' | 'approved' | 'rejected' | 'expired' | 'cancelled' | 'consumed'

export interface Parameter {
  readonly type: number | string
  readonly format: 'text' | 'binary'
  readonly value: string | null
  /** Length of a value that was cut to be shown. */
  readonly cutFrom?: number
}

export interface RuleReference {
  readonly policy: string
  readonly rule: string
}

export interface Facts {
  readonly summary?: string
  readonly actions?: readonly { readonly action: string; readonly resource: string }[]
  readonly opaque?: readonly string[]
  readonly detail?: { readonly 'sql.cursors'?: readonly string[] }
  readonly onBehalfOf?: readonly string[]
  /** How the target reads dates, intervals and times. */
  readonly styles?: {
    readonly dateStyle: string
    readonly intervalStyle: string
    readonly timeZone: string
  }
  /** Statements and cursors that it may run by their names. */
  readonly named?: readonly { readonly name: string; readonly text: string }[]
}

export interface Risk {
  readonly score?: number
  readonly factors?: readonly {
    readonly name: string
    readonly points: number
    readonly explanation: string
  }[]
}

export interface ApprovalSummary {
  readonly id: string
  readonly state: ApprovalState
  readonly digest: string
  readonly sessionId: string
  readonly connection: string
  readonly database: string
  readonly requester: string
  readonly requesterOwner: string
  readonly kind: string
  readonly summary: string
  readonly text: string
  readonly parameters: readonly Parameter[]
  readonly claimed: Readonly<Record<string, string>>
  readonly risk: Risk
  readonly facts: Facts
  readonly rules: readonly RuleReference[]
  readonly approvers: readonly string[]
  readonly quorum: number
  readonly reasonRequired: boolean
  readonly holdUntil: string
  readonly expiresAt: string
  readonly decidedAt: string | null
  readonly consumedAt: string | null
  readonly endReason: string
  readonly createdAt: string
}

export interface Approval extends ApprovalSummary {
  readonly owner: string
  readonly requesterGroups?: readonly string[]
  readonly votes: readonly {
    readonly principalId: string
    readonly principal: string
    readonly approve: boolean
    readonly reason: string
    readonly createdAt: string
  }[]
  readonly mayVote: boolean
  readonly mayNotVoteBecause: string | null
}

export interface Vote {
  readonly approve: boolean
  readonly reason: string
}

const keyOf = (id: string) => ['approval-requests', id]
const pathOf = (id: string) => `/v1/approval-requests/${encodeURIComponent(id)}`

export function useApproval(id: string) {
  const pollMillis = usePollMillis()
  return useQuery({
    queryKey: keyOf(id),
    queryFn: ({ signal }) => get<Approval>(pathOf(id), signal),
    refetchInterval: ({ state: { data } }) => (data && isOver(data.state) ? false : pollMillis),
  })
}

/** Votes on exactly the operation that is on the screen: its digest goes with the vote. */
export function useVote(shown: Approval) {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: ({ approve, reason }: Vote) =>
      change<Approval>('POST', `${pathOf(shown.id)}/${approve ? 'approve' : 'reject'}`, {
        body: { digest: shown.digest, reason },
      }),
    onSuccess: (voted) => queries.setQueryData(keyOf(shown.id), voted),
    // The answer may be that somebody else was faster: show what is so now.
    onSettled: () => queries.invalidateQueries({ queryKey: ['approval-requests'] }),
  })
}

export function isOver(state: ApprovalState): boolean {
  return state !== 'pending' && state !== 'approved'
}
