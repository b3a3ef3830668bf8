import { randomBytes } from 'node:crypto'
import type { AgentServiceClient } from '@wardgate/contract'
import { AuthorityService } from './agents/authority.service'
import { EpochWatch } from './common/epoch/epoch-watch'
import { ApiClient } from './testing/api-client'
import { attachWithCatalog, good, makeConnection } from './testing/shop'
import {
  agentClient,
  type AttachTalk,
  decideMessage,
  enrol,
  openMessage,
  openSession,
  sessionTalk,
  type SessionTalk,
} from './testing/test-agent'
import { startTestApp, type TestApp } from './testing/test-app'
import { startTestDatabase, type TestDatabase } from './testing/test-database'
import { TestIssuer } from './testing/test-issuer'

const policy = `
name: shop
rules:
  - { id: read, effect: allow, match: { actions: [read] } }
  - { id: write, effect: require-approval, match: { actions: [delete] }, approval: { approvers: ["group:dba"], expiresIn: 10m, hold: 30s } }
  - { id: nightly, effect: allow, match: { actions: [insert] }, when: "'user' in principal.roles" }
`

jest.setTimeout(120_000)

describe('two replicas on one database', () => {
  let database: TestDatabase
  let issuer: TestIssuer
  let a: TestApp
  let b: TestApp
  let client: AgentServiceClient
  let agentId: string
  let robot: string
  let attach: AttachTalk

  const as = async (app: TestApp, claims: object) =>
    new ApiClient(app.url, await issuer.token({ ...claims }))
  const admin = (app: TestApp) => as(app, { sub: 'alice', token_use: 'person' })
  const bob = (app: TestApp) => as(app, { sub: 'bob', groups: ['dba'], token_use: 'person' })

  const open = () => openSession(client, robot)

  async function held(talk: SessionTalk, text: string): Promise<string> {
    talk.send(decideMessage(text))
    const answer = await talk.next()
    if (answer.$case !== 'held') throw new Error(JSON.stringify(answer, bigints))
    return answer.value.approvalId
  }

  beforeAll(async () => {
    issuer = await TestIssuer.start()
    database = await startTestDatabase()
    const env = {
      WARDGATE_MASTER_KEY: randomBytes(32).toString('base64'),
      WARDGATE_BOOTSTRAP_ISSUER: issuer.url,
      WARDGATE_BOOTSTRAP_ADMIN: 'subject:alice',
      WARDGATE_PUBLIC_URL: 'http://127.0.0.1:9',
    }
    ;[a, b] = await Promise.all([startTestApp(env, database), startTestApp(env, database)])
    const api = await admin(a)
    const bind = (role: string, subject: string) =>
      good(api.post('/v1/role-bindings', { role, subject, connections: [] }))
    await bind('approver', 'group:dba')
    await bind('user', 'group:autogen')
    robot = await issuer.token({ sub: 'robot', groups: ['autogen'] })
    const connectionId = await makeConnection(api, 'shop')
    const join = await good(
      api.post('/v1/join-tokens', { agentName: 'edge', connections: ['shop'] }),
    )
    const authority = await a.app.get(AuthorityService, { strict: false }).pem()
    // Made through one replica, used at the other.
    const enrolled = await enrol(b.config.enrolment.port, authority, join.token)
    agentId = enrolled.agentId
    client = agentClient(a.config.grpc.port, enrolled)
    attach = await attachWithCatalog(client, connectionId)
  })

  afterAll(async () => {
    client.close()
    await Promise.all([a.stop(), b.stop()])
    await database.stop()
    await issuer.stop()
  })

  it('are both ready after they started at once', async () => {
    for (const { url } of [a, b]) expect((await fetch(`${url}/health/ready`)).status).toBe(200)
  })

  it('push an epoch to agents of the other replica', async () => {
    const api = await admin(b)
    const { version } = await good(api.post('/v1/policies', { source: policy }))
    await good(api.post(`/v1/policies/shop/versions/${version}/activate`))
    const told = await attach.next()
    expect(told.$case).toBe('epoch')
    for (const app of [a, b]) await app.app.get(EpochWatch, { strict: false }).refresh()
  })

  it('release a hold of one replica by a vote at the other, exactly once', async () => {
    const [first, second] = [await open(), await open()]
    const text = 'delete from customers where id = 1'
    const approvalId = await held(first.talk, text)
    expect(await held(second.talk, text)).toBe(approvalId)
    const voter = await bob(b)
    const shown = await good(voter.get(`/v1/approval-requests/${approvalId}`))
    expect(shown).toMatchObject({ mayVote: true, text })
    const ballot = { digest: shown.digest, reason: 'fine' }
    await good(voter.post(`/v1/approval-requests/${approvalId}/approve`, ballot))
    const answers = [await first.talk.next(), await second.talk.next()]
    const outcomes = answers.map((it) => (it.$case === 'verdict' ? it.value.outcome?.$case : ''))
    expect(outcomes.sort()).toEqual(['allow', 'deny'])
    for (const { talk } of [first, second]) talk.stream.end()
  })

  it('explain with the roles bound to a group', async () => {
    const api = await admin(b)
    const operation = { kind: 'statement', text: 'insert into customers values (1)' }
    const explain = (principal: string) =>
      good(api.post('/v1/policies/explain', { connection: 'shop', principal, operation }))
    expect((await explain('group:autogen')).verdict.kind).toBe('allow')
    expect((await explain('group:others')).verdict.kind).toBe('deny')
  })

  it('explain for a subject alone where one issuer knows it', async () => {
    const api = await admin(b)
    const operation = { kind: 'statement', text: 'select 1' }
    const explain = (principal: string) =>
      api.post('/v1/policies/explain', { connection: 'shop', principal, operation })
    await new ApiClient(b.url, await issuer.token({ sub: 'auth0|7' })).get('/v1/me')
    expect((await explain('auth0|7')).status).toBe(200)
    expect((await explain('nobody')).status).toBe(404)
  })

  it('give sessions that policies cannot tell apart one memo scope, others another', async () => {
    const scopeOf = async (token: string) => {
      const talk = sessionTalk(client)
      talk.send(openMessage('shop', token))
      const answer = await talk.next()
      talk.stream.end()
      return answer.$case === 'opened' ? answer.value.memoScope : answer.$case
    }
    const claims = { sub: 'robot', groups: ['autogen'], model_version: 'a' }
    const scope = await scopeOf(await issuer.token(claims))
    expect(scope).toMatch(/^[0-9a-f]{64}$/)
    expect(await scopeOf(await issuer.token(claims))).toBe(scope)
    for (const other of [{ model_version: 'b' }, { groups: ['autogen', 'x'] }, { owner: 'bob' }])
      expect(await scopeOf(await issuer.token({ ...claims, ...other }))).not.toBe(scope)
  })

  it('kill a session of the other replica, and cut a revoked agent there', async () => {
    const killed = await open()
    killed.talk.send(decideMessage('select 1'))
    await killed.talk.next()
    const api = await admin(b)
    await good(api.post(`/v1/sessions/${killed.sessionId}/kill`, { reason: 'enough' }))
    expect(await killed.talk.next()).toMatchObject({ $case: 'kill' })
    const live = await open()
    await good(api.post(`/v1/agents/${agentId}/revoke`))
    await expect(live.talk.next()).rejects.toThrow('revoked')
    const kinds = (await good(api.get('/v1/audit/entries?limit=200'))).items.map(
      ({ kind }: { kind: string }) => kind,
    )
    expect(kinds).toEqual(
      expect.arrayContaining(['agent.revoked', 'approval.requested', 'policy.activated']),
    )
  })
})

const bigints = (_key: string, value: unknown) =>
  typeof value === 'bigint' ? value.toString() : value
