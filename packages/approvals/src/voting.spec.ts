import fc from 'fast-check'
import { canVote, tally, type CastVote, type VotableRequest, type Voter } from '.'

const now = 1_000

function requestOf(more: Partial<VotableRequest> = {}): VotableRequest {
  return {
    state: 'pending',
    expiresAt: now + 1,
    requester: {
      id: 'agent-1',
      subject: 'autogen',
      name: 'autogen',
      email: '',
      owner: 'alice',
      onBehalfOf: [],
    },
    approvers: ['group:dba'],
    quorum: 1,
    ...more,
  }
}

function voterOf(more: Partial<Voter> = {}): Voter {
  return {
    id: 'bob-1',
    kind: 'person',
    subject: 'bob',
    name: 'Bob',
    email: 'bob@shop.example',
    owner: '',
    groups: ['dba'],
    roles: [],
    ...more,
  }
}

test('an approver who has nothing to do with the request may vote', () => {
  expect(canVote(requestOf(), voterOf(), [], now)).toEqual({ may: true })
})

test.each([
  ['the requester', { id: 'agent-1' }, 'it is their own request'],
  ['the owner by subject', { subject: 'alice' }, 'they own who requested it'],
  ['the owner by name in another case', { name: 'ALICE ' }, 'they own who requested it'],
  ['a workload', { kind: 'workload' as const }, 'only people vote'],
  [
    'somebody outside the group',
    { groups: ['DBA'] },
    'they are not among the approvers: group:dba',
  ],
])('%s may not vote', (_who, more, because) => {
  expect(canVote(requestOf(), voterOf(more), [], now)).toEqual({ may: false, because })
})

test('the members of a team that owns the requester may not vote', () => {
  const request = requestOf({ requester: { ...requestOf().requester, owner: 'dba' } })
  expect(canVote(request, voterOf(), [], now)).toMatchObject({ may: false })
})

test('a person may not vote under a second account, nor whom the requester acts for', () => {
  const requester = { ...requestOf().requester, email: 'Bob@shop.example', onBehalfOf: ['carol'] }
  expect(canVote(requestOf({ requester }), voterOf(), [], now)).toMatchObject({ may: false })
  const carol = voterOf({ id: 'carol-1', subject: 'carol', email: '' })
  expect(canVote(requestOf({ requester }), carol, [], now)).toEqual({
    may: false,
    because: 'it was requested on their behalf',
  })
})

test('nobody votes twice, also not under a second account', () => {
  const votes: CastVote[] = [{ principalId: 'bob-2', email: 'BOB@shop.example', approve: true }]
  expect(canVote(requestOf({ quorum: 2 }), voterOf(), votes, now)).toMatchObject({ may: false })
})

test('a request that is decided or has expired takes no vote', () => {
  expect(canVote(requestOf({ state: 'approved' }), voterOf(), [], now)).toMatchObject({
    may: false,
  })
  expect(canVote(requestOf({ expiresAt: now }), voterOf(), [], now)).toMatchObject({ may: false })
  expect(canVote(requestOf({ expiresAt: NaN }), voterOf(), [], now)).toMatchObject({ may: false })
})

test('joined selectors must hold together', () => {
  const request = requestOf({ approvers: ['group:dba & role:approver'] })
  expect(canVote(request, voterOf(), [], now)).toMatchObject({ may: false })
  expect(canVote(request, voterOf({ roles: ['approver'] }), [], now)).toEqual({ may: true })
})

test('an empty or unknown selector names nobody', () => {
  for (const approvers of [[], [''], ['group:'], ['dba'], ['team:dba']])
    expect(canVote(requestOf({ approvers }), voterOf(), [], now)).toMatchObject({ may: false })
})

test('one rejection decides, approvals count distinct humans', () => {
  const yes = (principalId: string, email = ''): CastVote => ({ principalId, email, approve: true })
  const request = requestOf({ quorum: 2 })
  expect(tally(request, [yes('a', 'a@x'), yes('b', 'A@x')])).toEqual({
    kind: 'pending',
    approvals: 1,
    missing: 1,
  })
  expect(tally(request, [yes('a'), yes('b')])).toEqual({ kind: 'approved', approvals: 2 })
  expect(tally(request, [yes('a'), yes('b'), { ...yes('c'), approve: false }]).kind).toBe(
    'rejected',
  )
  expect(tally(requestOf({ quorum: NaN }), [yes('a')]).kind).toBe('pending')
  expect(tally(requestOf({ quorum: 0 }), []).kind).toBe('pending')
})

test('no request is approved by its requester, its owner, or workloads, in any order of votes', () => {
  const people = ['alice', 'bob', 'dave'].map((subject) =>
    voterOf({ id: `${subject}-1`, subject, name: subject, email: `${subject}@shop.example` }),
  )
  const bots = ['autogen', 'other'].map((subject, n) =>
    voterOf({ id: `agent-${n + 1}`, subject, name: subject, email: '', kind: 'workload' }),
  )
  const voters = fc.constantFrom(...people, ...bots)
  fc.assert(
    fc.property(
      fc.array(voters, { maxLength: 12 }),
      fc.integer({ min: 1, max: 3 }),
      (tries, quorum) => {
        const request = requestOf({ quorum })
        const votes: CastVote[] = []
        for (const voter of tries)
          if (canVote(request, voter, votes, now).may)
            votes.push({ principalId: voter.id, email: voter.email, approve: true })
        const names = new Set(votes.map(({ principalId }) => principalId))
        expect(names.size).toBe(votes.length)
        expect(names.has('alice-1') || names.has('agent-1') || names.has('agent-2')).toBe(false)
        expect(tally(request, votes).kind === 'approved').toBe(votes.length >= quorum)
      },
    ),
  )
})
