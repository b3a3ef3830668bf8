import type { AgentServiceClient } from '@wardgate/contract'
import { AuthorityService } from '../agents/authority.service'
import { EpochWatch } from '../common/epoch/epoch-watch'
import { type ApiAnswer, ApiClient } from './api-client'
import { type ReportedCatalog, shopCatalog } from './shop-catalog'
import {
  agentClient,
  type AttachTalk,
  attachTalk,
  decideMessage,
  enrol,
  openSession,
  type SessionTalk,
} from './test-agent'
import { startTestApp, type TestApp } from './test-app'
import { TestIssuer } from './test-issuer'

/** A control plane with connection `shop`, an enrolled agent that serves it, and people with roles. */
export class Shop {
  private constructor(
    readonly test: TestApp,
    readonly issuer: TestIssuer,
    readonly admin: ApiClient,
    readonly client: AgentServiceClient,
    readonly agentId: string,
    readonly connectionId: string,
    readonly identity: Awaited<ReturnType<typeof enrol>>,
  ) {}

  static async start(env: Readonly<Record<string, string>> = {}): Promise<Shop> {
    const issuer = await TestIssuer.start()
    const test = await startTestApp({
      WARDGATE_BOOTSTRAP_ISSUER: issuer.url,
      WARDGATE_BOOTSTRAP_ADMIN: 'subject:alice',
      ...env,
    })
    const admin = new ApiClient(test.url, await issuer.token({ token_use: 'person' }))
    const connectionId = await makeConnection(admin, 'shop')
    const join = { agentName: 'edge', connections: ['shop'] }
    const { token } = await good(admin.post('/v1/join-tokens', join))
    const authority = await test.app.get(AuthorityService, { strict: false }).pem()
    const identity = await enrol(test.config.enrolment.port, authority, token)
    const client = agentClient(test.config.grpc.port, identity)
    return new Shop(test, issuer, admin, client, identity.agentId, connectionId, identity)
  }

  async as(subject: string, groups: readonly string[] = []): Promise<ApiClient> {
    return this.admin.as(await this.token(subject, groups))
  }

  token(subject: string, groups: readonly string[] = []): Promise<string> {
    return this.issuer.token({ sub: subject, groups: [...groups], token_use: 'person' })
  }

  async bind(role: string, subject: string, connections: readonly string[] = []): Promise<void> {
    await good(this.admin.post('/v1/role-bindings', { role, subject, connections }))
  }

  async activate(source: string): Promise<void> {
    const { name, version } = await good(this.admin.post('/v1/policies', { source }))
    await good(this.admin.post(`/v1/policies/${name}/versions/${version}/activate`))
    await this.test.app.get(EpochWatch, { strict: false }).refresh()
  }

  /** An Attach stream that has reported the catalog of the shop. */
  async attach() {
    return attachWithCatalog(this.client, this.connectionId)
  }

  async report(talk: AttachTalk, catalog: ReportedCatalog): Promise<void> {
    await reportCatalog(talk, this.connectionId, catalog)
  }

  open(credential: string): Promise<{ talk: SessionTalk; sessionId: string }> {
    return openSession(this.client, credential)
  }

  /** What became of a statement: the verdict's name, the code of a refusal, or that it is held. */
  async decided(talk: SessionTalk, text: string) {
    talk.send(decideMessage(text))
    const answer = await talk.next()
    if (answer.$case !== 'verdict') return answer
    const { outcome } = answer.value
    return outcome?.$case === 'deny' ? outcome.value.code : outcome?.$case
  }

  /** The approval request that the statement waits for. */
  async held(talk: SessionTalk, text: string): Promise<string> {
    const answer = await this.decided(talk, text)
    if (typeof answer === 'object' && answer.$case === 'held') return answer.value.approvalId
    throw new Error(`not held: ${JSON.stringify(answer)}`)
  }

  async stop(): Promise<void> {
    this.client.close()
    await this.test.stop()
    await this.issuer.stop()
  }
}

/** Returns when the catalog has come into force. */
export async function attachWithCatalog(
  client: AgentServiceClient,
  connectionId: string,
): Promise<AttachTalk> {
  const talk = attachTalk(client)
  await reportCatalog(talk, connectionId, shopCatalog())
  while ((await talk.next()).$case !== 'epoch') continue
  return talk
}

/** Announces a catalog and sends what is asked for. */
async function reportCatalog(talk: AttachTalk, connectionId: string, catalog: ReportedCatalog) {
  const { digest, manifest, body } = catalog
  const value = { connectionId, database: 'shop', digest, manifest }
  talk.send({ message: { $case: 'catalog', value } })
  while ((await talk.next()).$case !== 'catalogWanted') continue
  talk.send({ message: { $case: 'catalogPart', value: { connectionId, body } } })
  talk.send({ message: { $case: 'catalog', value } })
}

export async function makeConnection(admin: ApiClient, name: string): Promise<string> {
  const connection = await good(
    admin.post('/v1/connections', {
      name,
      protocol: 'postgres',
      endpoints: [{ host: '127.0.0.1', port: 5432 }],
      tls: { mode: 'disable' },
      database: name,
    }),
  )
  const secret = { kind: 'password', username: 'app', password: 'target-secret' }
  await good(admin.post(`/v1/connections/${connection.id}/credentials`, secret))
  return connection.id
}

/** The body of an answer that has to be a good one. */
export async function good(answer: Promise<ApiAnswer>) {
  const { status, body } = await answer
  if (status > 299) throw new Error(`${status} ${JSON.stringify(body)}`)
  return body
}
