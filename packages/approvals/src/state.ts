export const approvalStates = [
  'pending',
  'approved',
  'rejected',
  'expired',
  'cancelled',
  'consumed',
] as const
export type ApprovalState = (typeof approvalStates)[number]

export const approvalEvents = ['approve', 'reject', 'expire', 'cancel', 'consume'] as const
export type ApprovalEvent = (typeof approvalEvents)[number]

/** Every move there is. What is not in the table is refused. */
const transitions: Readonly<
  Record<ApprovalState, Readonly<Partial<Record<ApprovalEvent, ApprovalState>>>>
> = {
  pending: { approve: 'approved', reject: 'rejected', expire: 'expired', cancel: 'cancelled' },
  approved: { consume: 'consumed', expire: 'expired', cancel: 'cancelled' },
  rejected: {},
  expired: {},
  cancelled: {},
  consumed: {},
}

export type Transition =
  | { readonly kind: 'moved'; readonly from: ApprovalState; readonly to: ApprovalState }
  | { readonly kind: 'refused'; readonly state: ApprovalState; readonly because: string }

/** Where an event takes a request. The store must apply it only while the state is still `from`. */
export function transition(state: ApprovalState, event: ApprovalEvent): Transition {
  const to = transitions[state][event]
  if (to !== undefined) return { kind: 'moved', from: state, to }
  return { kind: 'refused', state, because: `the request is ${state}: it cannot ${event} any more` }
}

/** The states that an event may be applied in, for the condition of an atomic update. */
export function statesBefore(event: ApprovalEvent): readonly ApprovalState[] {
  return approvalStates.filter((state) => transitions[state][event] !== undefined)
}

export function isFinal(state: ApprovalState): boolean {
  return Object.keys(transitions[state]).length === 0
}
