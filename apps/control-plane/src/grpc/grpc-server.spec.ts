import { randomUUID } from 'node:crypto'
import { AuthError } from '@wardgate/errors'
import {
  type AgentServiceClient,
  MemoScope,
  Obligation,
  type SessionResponse,
  WithdrawReason,
} from '@wardgate/contract'
import { Client } from 'pg'
import { v7 as uuid } from 'uuid'
import { AuthorityService } from '../agents/authority.service'
import { JoinTokenService } from '../agents/join-token.service'
import { AgentsService } from '../agents/agents.service'
import { Authenticator } from '../common/auth/authenticator'
import type { IdentifiedPrincipal, Identity } from '../common/auth/identity'
import type { Permission } from '../common/auth/permissions'
import { Database } from '../common/database/database'
import { EpochWatch } from '../common/epoch/epoch-watch'
import { IssuersRepository } from '../identity/issuers/issuers.repository'
import { PoliciesService } from '../policies/policies.service'
import { PrincipalsRepository } from '../principals/principals.repository'
import { SessionRepository } from '../sessions/session.repository'
import { SessionsService } from '../sessions/sessions.service'
import { VotingService } from '../approvals/voting.service'
import { ConnectionsService } from '../connections/connections.service'
import { CredentialService } from '../credentials/credentials.service'
import { shopCatalog } from '../testing/shop-catalog'
import { startTestApp, type TestApp } from '../testing/test-app'
import {
  agentClient,
  Conversation,
  decideMessage,
  enrol,
  everyObligation,
  openMessage,
  sessionTalk,
  type SessionTalk,
} from '../testing/test-agent'

const policy = `
name: shop
rules:
  - { id: read, effect: allow, match: { actions: [read] } }
  - { id: write, effect: require-approval, match: { actions: [insert, update, delete] }, approval: { approvers: ["group:dba"], expiresIn: 10m, hold: 30s } }
  - { id: no-drop, effect: deny, match: { actions: [drop] }, message: "Ask for a migration." }
  - { id: card, mask: { columns: ["customers.card_number"], with: redact } }
`

jest.setTimeout(120_000)

describe('the agent port', () => {
  let test: TestApp
  let client: AgentServiceClient
  let agentId: string
  let database: Client
  let connectionId: string
  const issuerId = randomUUID()
  const people = new Map<string, Identity>()
  const shutOut = new Set<string>()

  function get<T>(type: abstract new (...args: never[]) => T): T {
    return test.app.get(type as never, { strict: false })
  }

  async function person(
    name: string,
    groups: string[],
    permissions: Permission[],
    owner = '',
  ): Promise<Identity> {
    const id = randomUUID()
    const email = `${name}@example.com`
    const described = { kind: 'person', name, email, groups, claims: {}, owner } as const
    const key = { id, issuerId, subject: name }
    await get(Database).transaction((tx) =>
      get(PrincipalsRepository).createIfAbsent(tx, key, described, new Date()),
    )
    const principal: IdentifiedPrincipal = {
      id,
      issuerId: randomUUID(),
      issuer: 'spec',
      subject: name,
      kind: 'person',
      name,
      email,
      groups,
      claims: {},
      owner,
    }
    const identity: Identity = {
      principal,
      grants: [{ role: name, permissions: new Set(permissions), connections: [] }],
      expiresAt: new Date(Date.now() + 3_600_000),
    }
    people.set(name, identity)
    return identity
  }

  async function settleEpoch(): Promise<void> {
    await get(EpochWatch).refresh()
  }

  beforeAll(async () => {
    test = await startTestApp()
    database = new Client({ connectionString: test.database.url })
    await database.connect()
    await get(Database).transaction((tx) =>
      get(IssuersRepository).create(tx, issuerId, {
        name: 'spec',
        issuer: 'https://spec.example.com',
        audiences: ['spec'],
        algorithms: ['ES256'],
        groupClaims: ['groups'],
        clientId: '',
        personClaim: '',
        ownerClaim: 'owner',
        enabled: true,
      }),
    )
    jest.spyOn(get(Authenticator), 'authenticate').mockImplementation(async (raw: string) => {
      const identity = people.get(raw)
      if (identity === undefined) throw new Error('unknown')
      return identity
    })
    // These people have no role bindings: what they were given above stays theirs until they are shut out.
    jest.spyOn(get(Authenticator), 'review').mockImplementation(async (identity) => {
      if (shutOut.has(identity.principal.name))
        throw new AuthError('ERR_AUTH_FORBIDDEN', 'the principal is disabled')
      return identity
    })
    const admin = await person('root', [], [])
    await person('robot', ['autogen'], ['connections:use'])
    await person('bob', ['dba'], ['approvals:read', 'approvals:vote'])
    const connection = await get(ConnectionsService).create(admin, {
      name: 'shop',
      protocol: 'postgres',
      endpoints: [{ host: '127.0.0.1', port: 5432 }],
      tls: { mode: 'disable' },
      database: 'shop',
    } as never)
    connectionId = connection.id
    await get(CredentialService).create(admin.principal, connectionId, {
      kind: 'password',
      username: 'app',
      password: 'target-secret',
    })
    const join = await get(JoinTokenService).create(
      { agentName: 'edge', connections: ['shop'], expiresInSeconds: 600 },
      admin.principal,
    )
    const authority = await get(AuthorityService).pem()
    const enrolled = await enrol(test.config.enrolment.port, authority, join.token)
    await expect(enrol(test.config.enrolment.port, authority, join.token)).rejects.toThrow(
      'join token',
    )
    agentId = enrolled.agentId
    client = agentClient(test.config.grpc.port, enrolled)
    await settleEpoch()
  })

  afterAll(async () => {
    client.close()
    await database.end()
    await test.stop()
  })

  const talk = () => sessionTalk(client)

  async function open(name: string): Promise<{ talk: SessionTalk; sessionId: string }> {
    const conversation = talk()
    conversation.send(openMessage('shop', name))
    const answer = await conversation.next()
    if (answer.$case !== 'opened') throw new Error(JSON.stringify(answer))
    return { talk: conversation, sessionId: answer.value.sessionId }
  }

  /** The row comes with those of others; the agent's spool has the session until then. */
  async function untilStored(id: string): Promise<void> {
    while ((await database.query('SELECT 1 FROM sessions WHERE id = $1', [id])).rowCount === 0)
      continue
  }

  async function verdict(conversation: SessionTalk, text: string) {
    conversation.send(decideMessage(text))
    const answer: NonNullable<SessionResponse['message']> = await conversation.next()
    return answer
  }

  it('tells an attached agent its connections, and stores the catalog that it reports', async () => {
    const attach = new Conversation(client.attach())
    attach.send({
      message: {
        $case: 'hello',
        value: { version: '1', protocols: ['postgres'], instanceId: 'a', listeners: [] },
      },
    })
    expect(await attach.next()).toMatchObject({ $case: 'welcome', value: { agentId } })
    const assignment = await attach.next()
    expect(assignment).toMatchObject({
      $case: 'assignment',
      value: { connections: [{ name: 'shop', systemAccess: { database: 'shop' } }] },
    })
    const { digest, manifest, body, number } = shopCatalog()
    const announced = { connectionId, database: 'shop', digest, manifest }
    const { talk: early } = await open('robot')
    expect(await verdict(early, 'select 1')).toMatchObject({
      value: {
        outcome: {
          $case: 'deny',
          value: {
            retryable: true,
            code: 'ERR_POLICY_STALE',
            nextStep: 'Send the operation again.',
          },
        },
      },
    })
    attach.send({ message: { $case: 'catalog', value: announced } })
    const wanted = { digest, parts: [number] }
    expect(await attach.next()).toMatchObject({ $case: 'catalogWanted', value: wanted })
    attach.send({ message: { $case: 'catalogPart', value: { connectionId, body } } })
    attach.send({ message: { $case: 'catalog', value: announced } })
    expect(await attach.next()).toMatchObject({ $case: 'epoch' })
    const root = people.get('root')!.principal
    const draft = await get(PoliciesService).createDraft(policy, root)
    await get(PoliciesService).activate({ name: 'shop', version: draft.version }, root)
    expect(await attach.next()).toMatchObject({ $case: 'epoch' })
    attach.stream.end()
    await settleEpoch()
  })

  it('opens a session with the opened credential and records it', async () => {
    const conversation = talk()
    conversation.send(openMessage('shop', 'robot'))
    const answer = await conversation.next()
    expect(answer).toMatchObject({
      $case: 'opened',
      value: {
        principalName: 'robot',
        target: { credential: { kind: { $case: 'password', value: { user: 'app' } } } },
        limits: {},
      },
    })
    conversation.send(decideMessage('select 1'))
    await conversation.next()
    if (answer.$case !== 'opened') throw new Error()
    await untilStored(answer.value.sessionId)
    const { rows } = await database.query('SELECT state, agent FROM sessions')
    expect(rows).toContainEqual({ state: 'open', agent: 'edge' })
  })

  it('lets an agent do nothing whose obligations it does not say that it fulfils', async () => {
    const lacking = Obligation.OBLIGATION_RECORDING
    const old = talk()
    const known = everyObligation.filter((obligation) => obligation !== lacking)
    old.send(openMessage('shop', 'robot', '', known))
    await old.next()
    const value = { code: 'ERR_POLICY_UNSUPPORTED_CAPABILITY' }
    expect(await verdict(old, 'select 1')).toMatchObject({
      value: {
        outcome: {
          $case: 'deny',
          value: { ...value, message: expect.stringContaining('does not know recording') },
        },
        memo: MemoScope.MEMO_SCOPE_ONCE,
      },
    })
    const silent = talk()
    silent.send(openMessage('shop', 'robot', '', []))
    await silent.next()
    expect(await verdict(silent, 'select 1')).toMatchObject({
      value: { outcome: { $case: 'deny', value } },
    })
    const { talk: current } = await open('robot')
    expect(await verdict(current, 'select 1')).toMatchObject({
      value: { outcome: { $case: 'allow' } },
    })
  })

  it('takes the name of a session that an agent has begun, once, and judges behind its open', async () => {
    const id = uuid()
    const [first, second] = [talk(), talk()]
    first.send(openMessage('shop', 'robot', id))
    first.send(decideMessage('select 1'))
    expect(await first.next()).toMatchObject({
      $case: 'opened',
      value: { sessionId: id, admitsSeconds: 10 },
    })
    expect(await first.next()).toMatchObject({ $case: 'verdict' })
    second.send(openMessage('shop', 'robot', id))
    second.send(decideMessage('select 1'))
    expect(await second.next()).toMatchObject({
      $case: 'refused',
      value: { code: 'ERR_REQUEST_CONFLICT' },
    })
    await expect(second.next()).rejects.toThrow('ended')
    expect(await verdict(first, 'select 1')).toMatchObject({ $case: 'verdict' })
  })

  it('refuses a name that belongs to the session of another agent', async () => {
    const id = uuid()
    await database.query(
      `INSERT INTO sessions (id, connection_id, connection, protocol, principal_id, principal,
         agent_id, agent, database, client_address)
       VALUES ($1, $2, 'shop', 'postgres', $2, 'robot', $2, 'other', 'shop', '::1')`,
      [id, randomUUID()],
    )
    const conversation = talk()
    conversation.send(openMessage('shop', 'robot', id))
    expect(await conversation.next()).toMatchObject({ $case: 'opened' })
    expect(await conversation.next()).toMatchObject({ $case: 'kill' })
    const { rows } = await database.query('SELECT state, agent FROM sessions WHERE id = $1', [id])
    expect(rows).toEqual([{ state: 'open', agent: 'other' }])
  })

  it('ends what it cannot store, and lets nobody in until it can', async () => {
    const insert = jest.spyOn(get(SessionRepository), 'insert')
    insert.mockRejectedValue(new Error('the disk is full'))
    const unstored = { $case: 'kill', value: { reason: 'the session could not be recorded' } }
    const { talk: first } = await open('robot')
    expect(await first.next()).toMatchObject(unstored)
    const second = talk()
    second.send(openMessage('shop', 'robot', uuid()))
    expect(await second.next()).toMatchObject({ $case: 'refused' })
    insert.mockRestore()
    const { talk: third, sessionId } = await open('robot')
    await untilStored(sessionId)
    expect(await verdict(third, 'select 1')).toMatchObject({ $case: 'verdict' })
  })

  it('carries one session after the other over a stream, and says nothing of a closed one', async () => {
    const conversation = talk()
    const close = { message: { $case: 'close' as const, value: { reason: 'client' } } }
    const ids: string[] = []
    for (let count = 0; count < 3; count += 1) {
      conversation.send(openMessage('shop', 'robot'))
      const opened = await conversation.next()
      if (opened.$case !== 'opened') throw new Error(JSON.stringify(opened))
      ids.push(opened.value.sessionId)
      conversation.send(decideMessage('select 1'))
      conversation.send(close)
      let answer = await conversation.next()
      if (answer.$case === 'verdict') answer = await conversation.next()
      expect(answer).toEqual({ $case: 'closed', value: {} })
    }
    expect(new Set(ids).size).toBe(3)
    const ended = async () =>
      (
        await database.query(
          `SELECT 1 FROM sessions WHERE id = ANY($1::uuid[]) AND state = 'ended' AND end_reason = 'client'`,
          [ids],
        )
      ).rowCount
    while ((await ended()) !== 3) continue
  })

  it('answers the open of a session that was closed at once', async () => {
    const conversation = talk()
    conversation.send(openMessage('shop', 'robot', uuid()))
    conversation.send({ message: { $case: 'close', value: { reason: 'client' } } })
    expect(await conversation.next()).toMatchObject({ $case: 'opened' })
    expect(await conversation.next()).toMatchObject({ $case: 'closed' })
    const refused = talk()
    refused.send(openMessage('shop', 'nobody', uuid()))
    refused.send({ message: { $case: 'close', value: { reason: 'client' } } })
    expect(await refused.next()).toMatchObject({ $case: 'refused' })
  })

  it('takes no name that is not a UUIDv7', async () => {
    const conversation = talk()
    conversation.send(openMessage('shop', 'robot', randomUUID()))
    await expect(conversation.next()).rejects.toThrow('UUIDv7')
  })

  it('refuses a principal without connections:use', async () => {
    const conversation = talk()
    conversation.send(openMessage('shop', 'bob'))
    expect(await conversation.next()).toMatchObject({
      $case: 'refused',
      value: { code: 'ERR_AUTH_FORBIDDEN' },
    })
  })

  it('allows with masks, and denies with the rule that says so', async () => {
    const { talk: conversation } = await open('robot')
    expect(await verdict(conversation, 'select id, card_number from customers')).toMatchObject({
      $case: 'verdict',
      value: { outcome: { $case: 'allow', value: { masking: { columns: [{ index: 1 }] } } } },
    })
    expect(await verdict(conversation, 'drop table customers')).toMatchObject({
      value: { outcome: { $case: 'deny', value: { code: 'ERR_POLICY_DENIED' } } },
    })
    expect(await verdict(conversation, 'selekt 1')).toMatchObject({
      value: { outcome: { $case: 'deny' } },
    })
  })

  it('refuses a message of an unknown kind', async () => {
    const conversation = talk()
    conversation.send({ message: undefined })
    await expect(conversation.next()).rejects.toMatchObject({ code: 3 })
  })

  async function held(conversation: SessionTalk, text: string) {
    const answer = await verdict(conversation, text)
    if (answer.$case !== 'held') throw new Error(JSON.stringify(answer))
    return answer.value
  }

  async function approve(id: string, by: string, yes = true) {
    const voter = people.get(by)!
    const shown = await get(VotingService).get(id, voter)
    const ballot = { approve: yes, reason: 'because', digest: shown.digest }
    return get(VotingService).vote(id, ballot, voter)
  }

  it('holds a statement until a person approves, and runs it once', async () => {
    const { talk: conversation } = await open('robot')
    const { approvalId } = await held(conversation, 'delete from customers where id = 1')
    await approve(approvalId, 'bob')
    expect(await conversation.next()).toMatchObject({
      $case: 'verdict',
      value: { outcome: { $case: 'allow', value: { approvalId } }, memo: 1 },
    })
    const again = await held(conversation, 'delete from customers where id = 1')
    expect(again.approvalId).not.toBe(approvalId)
    await approve(again.approvalId, 'bob', false)
    expect(await conversation.next()).toMatchObject({
      value: { outcome: { $case: 'deny', value: { code: 'ERR_APPROVAL_REJECTED' } } },
    })
  })

  it('gives one approval to one of two streams that wait for it', async () => {
    const [a, b] = [await open('robot'), await open('robot')]
    const text = 'delete from customers where id = 2'
    const first = await held(a.talk, text)
    const second = await held(b.talk, text)
    expect(second.approvalId).toBe(first.approvalId)
    await approve(first.approvalId, 'bob')
    const outcomes = [await a.talk.next(), await b.talk.next()].map((answer) =>
      answer.$case === 'verdict' ? answer.value.outcome?.$case : answer.$case,
    )
    expect(outcomes.sort()).toEqual(['allow', 'deny'])
  })

  it('keeps a request open when the hold elapses, for the identical statement later', async () => {
    const { talk: conversation } = await open('robot')
    const text = 'delete from customers where id = 3'
    const request = await held(conversation, text)
    conversation.send({
      message: {
        $case: 'withdraw',
        value: {
          operationId: request.operationId,
          reason: WithdrawReason.WITHDRAW_REASON_HOLD_ELAPSED,
        },
      },
    })
    await verdict(conversation, 'select 1')
    await approve(request.approvalId, 'bob')
    const other = await open('robot')
    expect(await verdict(other.talk, text)).toMatchObject({
      value: { outcome: { $case: 'allow', value: { approvalId: request.approvalId } } },
    })
  })

  it('cancels the request of a client that went away', async () => {
    const { talk: conversation } = await open('robot')
    const request = await held(conversation, 'delete from customers where id = 4')
    const value = {
      operationId: request.operationId,
      reason: WithdrawReason.WITHDRAW_REASON_ABANDONED,
    }
    conversation.send({ message: { $case: 'withdraw', value } })
    await verdict(conversation, 'select 1')
    const until = Date.now() + 5_000
    let state = ''
    while (state !== 'cancelled' && Date.now() < until) {
      const found = await database.query('SELECT state FROM approval_requests WHERE id = $1', [
        request.approvalId,
      ])
      state = found.rows[0].state
    }
    expect(state).toBe('cancelled')
    await expect(approve(request.approvalId, 'bob')).rejects.toMatchObject({
      code: 'ERR_REQUEST_CONFLICT',
    })
  })

  it('lets nobody vote on what they own, asked for, or were not shown', async () => {
    await person('ada', ['dba'], ['approvals:read', 'approvals:vote', 'connections:use'])
    await person('tool', ['autogen'], ['connections:use'], 'bob')
    const own = await held((await open('ada')).talk, 'delete from customers where id = 5')
    await expect(approve(own.approvalId, 'ada')).rejects.toMatchObject({
      code: 'ERR_AUTH_FORBIDDEN',
    })
    const owned = await held((await open('tool')).talk, 'delete from customers where id = 6')
    await expect(approve(owned.approvalId, 'bob')).rejects.toMatchObject({
      code: 'ERR_AUTH_FORBIDDEN',
    })
    const ballot = { approve: true, reason: '', digest: '0'.repeat(64) }
    await expect(
      get(VotingService).vote(owned.approvalId, ballot, people.get('ada')!),
    ).rejects.toMatchObject({ code: 'ERR_REQUEST_CONFLICT' })
  })

  it('ends a live session of somebody who may no longer use it, at its next operation', async () => {
    await person('leaver', ['autogen'], ['connections:use'])
    const { talk: conversation } = await open('leaver')
    expect(await verdict(conversation, 'select 1')).toMatchObject({ $case: 'verdict' })
    shutOut.add('leaver')
    await database.query('UPDATE policy_epoch SET epoch = epoch + 1')
    await settleEpoch()
    expect(await verdict(conversation, 'select 1')).toMatchObject({
      $case: 'kill',
      value: { reason: 'the principal is disabled' },
    })
  })

  it('ends a live session that is killed', async () => {
    const root = await person('boss', [], ['sessions:read', 'sessions:kill'])
    const { talk: conversation, sessionId } = await open('robot')
    await untilStored(sessionId)
    await get(SessionsService).kill(sessionId, 'enough', root)
    expect(await conversation.next()).toMatchObject({ $case: 'kill' })
  })

  it('cuts the streams of a revoked agent and admits it no more', async () => {
    const { talk: conversation } = await open('robot')
    await get(AgentsService).revoke(agentId, people.get('root')!.principal)
    await expect(conversation.next()).rejects.toThrow('revoked')
    const late = talk()
    late.send(openMessage('shop', 'robot'))
    await expect(late.next()).rejects.toMatchObject({ code: 7 })
  })
})
