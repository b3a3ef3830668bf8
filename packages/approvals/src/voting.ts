import type { ApprovalState } from './state'

/** What is known of somebody who may vote; verified, never claimed. */
export interface Voter {
  readonly id: string
  readonly kind: 'person' | 'workload'
  readonly subject: string
  readonly name: string
  /** Empty when unknown. */
  readonly email: string
  /** Who owns a workload; empty for people. */
  readonly owner: string
  readonly groups: readonly string[]
  readonly roles: readonly string[]
}

/** Who asked, with the same identifiers, so that one human under two accounts is recognised. */
export interface Requester {
  readonly id: string
  readonly subject: string
  readonly name: string
  readonly email: string
  /** The person or team that owns it: an id, subject, e-mail address, name or group; empty for people. */
  readonly owner: string
  /** Identifiers of whoever it acts for (the token's `act` chain); they count as requesters. */
  readonly onBehalfOf: readonly string[]
}

export interface VotableRequest {
  readonly state: ApprovalState
  /** Unix milliseconds. */
  readonly expiresAt: number
  readonly requester: Requester
  /** Selectors: `group:`, `role:`, `principal:`; parts joined with ` & ` must hold together. */
  readonly approvers: readonly string[]
  readonly quorum: number
}

export interface CastVote {
  readonly principalId: string
  /** Empty when unknown. */
  readonly email: string
  readonly approve: boolean
}

export type Votability = { readonly may: true } | { readonly may: false; readonly because: string }

/** Whether this voter may vote on this request now. `now` in unix milliseconds. */
export function canVote(
  request: VotableRequest,
  voter: Voter,
  votes: readonly CastVote[],
  now: number,
): Votability {
  const because =
    stateRefusal(request, now) ??
    personRefusal(voter) ??
    selfRefusal(request.requester, voter) ??
    duplicateRefusal(votes, voter) ??
    selectorRefusal(request.approvers, voter)
  return because === undefined ? { may: true } : { may: false, because }
}

function stateRefusal({ state, expiresAt }: VotableRequest, now: number): string | undefined {
  if (state !== 'pending') return `the request is ${state}`
  // Written so that a time that is not a number refuses.
  return now < expiresAt ? undefined : 'the request has expired'
}

function personRefusal({ kind }: Voter): string | undefined {
  return kind === 'person' ? undefined : 'only people vote'
}

/** No principal approves its own operation, by any path: itself, its owner, what it owns, whom it acts for. */
function selfRefusal(requester: Requester, voter: Voter): string | undefined {
  if (isSamePerson(requester, voter)) return 'it is their own request'
  if (requester.owner !== '') {
    if (names(requester.owner, voter)) return 'they own who requested it'
    if (voter.groups.some((group) => sameText(group, requester.owner)))
      return 'their team owns who requested it'
  }
  if (requester.onBehalfOf.some((somebody) => names(somebody, voter)))
    return 'it was requested on their behalf'
  if (voter.owner !== '' && names(voter.owner, requester)) return 'the requester owns them'
  return undefined
}

function duplicateRefusal(votes: readonly CastVote[], voter: Voter): string | undefined {
  const voted = votes.some(
    ({ principalId, email }) =>
      principalId === voter.id || (email !== '' && sameText(email, voter.email)),
  )
  return voted ? 'they have voted already' : undefined
}

function selectorRefusal(approvers: readonly string[], voter: Voter): string | undefined {
  return approvers.some((selector) => isSelected(selector, voter))
    ? undefined
    : `they are not among the approvers: ${approvers.join(', ')}`
}

/** Whether a selector of a rule names this voter. Unknown kinds name nobody. */
export function isSelected(selector: string, voter: Voter): boolean {
  return selector.split(' & ').every((part) => {
    const colon = part.indexOf(':')
    const name = part.slice(colon + 1)
    if (name === '') return false
    switch (part.slice(0, colon)) {
      case 'group':
        return voter.groups.includes(name)
      case 'role':
        return voter.roles.includes(name)
      case 'principal':
        return voter.id === name
      default:
        return false
    }
  })
}

function isSamePerson(requester: Requester, voter: Voter): boolean {
  return (
    requester.id === voter.id || (requester.email !== '' && sameText(requester.email, voter.email))
  )
}

type Named = Pick<Voter, 'id' | 'subject' | 'name' | 'email'>

/** Whether a free text such as an owner claim names somebody. Bars too many rather than too few. */
function names(text: string, { id, subject, name, email }: Named): boolean {
  return [id, subject, name, email].some((known) => known !== '' && sameText(known, text))
}

function sameText(a: string, b: string): boolean {
  return normal(a) === normal(b)
}

export type Tally =
  | { readonly kind: 'pending'; readonly approvals: number; readonly missing: number }
  | { readonly kind: 'approved'; readonly approvals: number }
  | { readonly kind: 'rejected' }

/** What the votes amount to. One rejection decides; approvals count distinct humans, never the requester. */
export function tally(request: VotableRequest, votes: readonly CastVote[]): Tally {
  if (votes.some(({ approve }) => !approve)) return { kind: 'rejected' }
  const approvals = distinctHumans(request.requester, votes)
  // Written so that a quorum that is not a number never counts as reached.
  if (request.quorum >= 1 && approvals >= request.quorum) return { kind: 'approved', approvals }
  return { kind: 'pending', approvals, missing: Math.max(1, request.quorum - approvals) }
}

function distinctHumans(requester: Requester, votes: readonly CastVote[]): number {
  const ids = new Set<string>([requester.id])
  const emails = new Set<string>(requester.email === '' ? [] : [normal(requester.email)])
  let humans = 0
  for (const { principalId, email } of votes) {
    if (ids.has(principalId) || (email !== '' && emails.has(normal(email)))) continue
    ids.add(principalId)
    if (email !== '') emails.add(normal(email))
    humans += 1
  }
  return humans
}

function normal(text: string): string {
  return text.normalize('NFKC').trim().toLowerCase()
}
