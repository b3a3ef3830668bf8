import { randomUUID } from 'node:crypto'
import { AuthError } from '@wardgate/errors'
import type { AgentServiceClient, SessionResponse } from '@wardgate/contract'
import { Client } from 'pg'
import { AuthorityService } from '../agents/authority.service'
import { JoinTokenService } from '../agents/join-token.service'
import { VotingService } from '../approvals/voting.service'
import { Authenticator } from '../common/auth/authenticator'
import type { IdentifiedPrincipal, Identity } from '../common/auth/identity'
import type { Permission } from '../common/auth/permissions'
import { Database } from '../common/database/database'
import { EpochWatch } from '../common/epoch/epoch-watch'
import { ConnectionsService } from '../connections/connections.service'
import { CredentialService } from '../credentials/credentials.service'
import { IssuersRepository } from '../identity/issuers/issuers.repository'
import { PoliciesService } from '../policies/policies.service'
import { PrincipalsRepository } from '../principals/principals.repository'
import { shopCatalog } from './shop-catalog'
import {
  agentClient,
  type AttachTalk,
  attachTalk,
  decideMessage,
  enrol,
  openSession,
  sessionTalk,
  type SessionTalk,
} from './test-agent'
import { startTestApp, type TestApp } from './test-app'

export const shopPolicy = `
name: shop
rules:
  - { id: read, effect: allow, match: { actions: [read] } }
  - { id: write, effect: require-approval, match: { actions: [insert, update, delete] }, approval: { approvers: ["group:dba"], expiresIn: 10m, hold: 30s } }
  - { id: no-drop, effect: deny, match: { actions: [drop] }, message: "Ask for a migration." }
  - { id: card, mask: { columns: ["customers.card_number"], with: redact } }
`

/** A control plane with the connection `shop`, some people, and an agent that is enrolled and speaks to it. */
export class AgentPort {
  agentId = ''
  connectionId = ''
  readonly people = new Map<string, Identity>()
  /** Names of those who may no longer do anything. */
  readonly shutOut = new Set<string>()
  private readonly issuerId = randomUUID()

  private constructor(
    readonly test: TestApp,
    readonly database: Client,
    private readonly clients: { agent?: AgentServiceClient } = {},
  ) {}

  static async start(): Promise<AgentPort> {
    const test = await startTestApp()
    const database = new Client({ connectionString: test.database.url })
    await database.connect()
    const port = new AgentPort(test, database)
    await port.admitPeople()
    await port.registerShop()
    await port.enrolAgent()
    await port.settleEpoch()
    return port
  }

  get client(): AgentServiceClient {
    if (this.clients.agent === undefined) throw new Error('no agent is enrolled')
    return this.clients.agent
  }

  get<T>(type: abstract new (...args: never[]) => T): T {
    return this.test.app.get(type as never, { strict: false })
  }

  identity(name: string): Identity {
    const found = this.people.get(name)
    if (found === undefined) throw new Error(`nobody is called ${name}`)
    return found
  }

  async person(
    name: string,
    groups: string[],
    permissions: Permission[],
    owner = '',
  ): Promise<Identity> {
    const id = randomUUID()
    const email = `${name}@example.com`
    const described = { kind: 'person', name, email, groups, claims: {}, owner } as const
    const key = { id, issuerId: this.issuerId, subject: name }
    await this.get(Database).transaction((tx) =>
      this.get(PrincipalsRepository).createIfAbsent(tx, key, described, new Date()),
    )
    const principal: IdentifiedPrincipal = {
      ...described,
      id,
      issuerId: randomUUID(),
      issuer: 'spec',
      subject: name,
    }
    const identity: Identity = {
      principal,
      grants: [{ role: name, permissions: new Set(permissions), connections: [] }],
      expiresAt: new Date(Date.now() + 3_600_000),
    }
    this.people.set(name, identity)
    return identity
  }

  async settleEpoch(): Promise<void> {
    await this.get(EpochWatch).refresh()
  }

  attach(): AttachTalk {
    return attachTalk(this.client)
  }

  talk(): SessionTalk {
    return sessionTalk(this.client)
  }

  open(name: string): Promise<{ talk: SessionTalk; sessionId: string }> {
    return openSession(this.client, name)
  }

  /** The row comes with those of others; the agent's spool has the session until then. */
  async untilStored(id: string): Promise<void> {
    const text = 'SELECT 1 FROM sessions WHERE id = $1'
    while ((await this.database.query(text, [id])).rowCount === 0) continue
  }

  async verdict(conversation: SessionTalk, text: string) {
    conversation.send(decideMessage(text))
    const answer: NonNullable<SessionResponse['message']> = await conversation.next()
    return answer
  }

  async held(conversation: SessionTalk, text: string) {
    const answer = await this.verdict(conversation, text)
    if (answer.$case !== 'held') throw new Error(JSON.stringify(answer))
    return answer.value
  }

  async approve(id: string, by: string, yes = true) {
    const voter = this.identity(by)
    const shown = await this.get(VotingService).get(id, voter)
    const ballot = { approve: yes, reason: 'because', digest: shown.digest }
    return this.get(VotingService).vote(id, ballot, voter)
  }

  /** Past the agent: what it has reported before. */
  async ready(): Promise<void> {
    const attach = this.attach()
    await attach.next()
    await attach.next()
    await this.reportCatalog(attach)
    await this.activatePolicy()
    attach.stream.end()
    await this.settleEpoch()
  }

  async reportCatalog(attach: AttachTalk, reported = shopCatalog()): Promise<void> {
    const { digest, manifest, body, number } = reported
    const { connectionId } = this
    const announced = { connectionId, database: 'shop', digest, manifest }
    attach.send({ message: { $case: 'catalog', value: announced } })
    expect(await attach.next()).toMatchObject({
      $case: 'catalogWanted',
      value: { digest, parts: [number] },
    })
    attach.send({ message: { $case: 'catalogPart', value: { connectionId, body } } })
    attach.send({ message: { $case: 'catalog', value: announced } })
    expect(await attach.next()).toMatchObject({ $case: 'epoch' })
  }

  async activatePolicy(source = shopPolicy): Promise<void> {
    const root = this.identity('root').principal
    const { name, version } = await this.get(PoliciesService).createDraft(source, root)
    await this.get(PoliciesService).activate({ name, version }, root)
  }

  async stop(): Promise<void> {
    this.clients.agent?.close()
    await this.database.end()
    await this.test.stop()
  }

  private async admitPeople(): Promise<void> {
    await this.get(Database).transaction((tx) =>
      this.get(IssuersRepository).create(tx, this.issuerId, {
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
    const authenticator = this.get(Authenticator)
    jest
      .spyOn(authenticator, 'authenticate')
      .mockImplementation(async (raw: string) => this.identity(raw))
    // These people have no role bindings: what they were given above stays theirs until they are shut out.
    jest.spyOn(authenticator, 'review').mockImplementation(async (identity) => {
      if (this.shutOut.has(identity.principal.name))
        throw new AuthError('ERR_AUTH_FORBIDDEN', 'the principal is disabled')
      return identity
    })
    await this.person('root', [], [])
    await this.person('robot', ['autogen'], ['connections:use'])
    await this.person('bob', ['dba'], ['approvals:read', 'approvals:vote'])
  }

  private async registerShop(): Promise<void> {
    const admin = this.identity('root')
    const connection = await this.get(ConnectionsService).create(admin, {
      name: 'shop',
      protocol: 'postgres',
      endpoints: [{ host: '127.0.0.1', port: 5432 }],
      tls: { mode: 'disable' },
      database: 'shop',
    } as never)
    this.connectionId = connection.id
    await this.get(CredentialService).create(admin.principal, connection.id, {
      kind: 'password',
      username: 'app',
      password: 'target-secret',
    })
  }

  private async enrolAgent(): Promise<void> {
    const join = await this.get(JoinTokenService).create(
      { agentName: 'edge', connections: ['shop'], expiresInSeconds: 600 },
      this.identity('root').principal,
    )
    const authority = await this.get(AuthorityService).pem()
    const { enrolment, grpc } = this.test.config
    const enrolled = await enrol(enrolment.port, authority, join.token)
    await expect(enrol(enrolment.port, authority, join.token)).rejects.toThrow('join token')
    this.agentId = enrolled.agentId
    this.clients.agent = agentClient(grpc.port, enrolled)
  }
}
