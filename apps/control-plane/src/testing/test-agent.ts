import { randomUUID, webcrypto } from 'node:crypto'
import { type ClientDuplexStream, credentials } from '@grpc/grpc-js'
import * as x509 from '@peculiar/x509'
import {
  AgentServiceClient,
  type AttachRequest,
  type AttachResponse,
  EnrolmentServiceClient,
  type EnrollResponse,
  Obligation,
  type SessionRequest,
  type SessionResponse,
  SqlDialect,
  StatementPhase,
  TransactionStatus,
} from '@wardgate/contract'

/** A certificate of every control plane names it; an address may not be named in a handshake (RFC 6066 section 3). */
const dialledAs = { 'grpc.ssl_target_name_override': 'localhost' }

/** Enrols as an agent does: key pair, PKCS#10 request, join token. */
export async function enrol(port: number, authority: string, joinToken: string) {
  const { request, key } = await certificateRequest()
  const client = new EnrolmentServiceClient(
    `127.0.0.1:${port}`,
    credentials.createSsl(Buffer.from(authority)),
    dialledAs,
  )
  try {
    const answer = await new Promise<EnrollResponse>((resolve, reject) => {
      client.enroll(
        { joinToken, certificateRequest: request, agentName: 'edge', version: '1.0.0' },
        (error, response) => (error === null ? resolve(response) : reject(error)),
      )
    })
    return { ...answer, key }
  } finally {
    client.close()
  }
}

export async function certificateRequest() {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: 'CN=whatever',
    keys: keys as never,
    signingAlgorithm: algorithm,
  })
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))
  const key = `-----BEGIN PRIVATE KEY-----\n${der.toString('base64')}\n-----END PRIVATE KEY-----\n`
  return { request: Buffer.from(request.rawData), key }
}

export function agentClient(
  port: number,
  identity: { authority: string; key: string; certificateChain: string },
): AgentServiceClient {
  return new AgentServiceClient(
    `127.0.0.1:${port}`,
    credentials.createSsl(
      Buffer.from(identity.authority),
      Buffer.from(identity.key),
      Buffer.from(identity.certificateChain),
    ),
    dialledAs,
  )
}

type Message<T extends { message?: unknown }> = NonNullable<T['message']>

/** A stream whose answers are read one by one. */
export class Conversation<Q, A extends { message?: unknown }> {
  private readonly answers: Message<A>[] = []
  private readonly readers: ((answer: Message<A> | Error) => void)[] = []
  private failure: Error | undefined

  /** `reply`: what the agent says at once to a message that nobody is to read. */
  constructor(
    readonly stream: ClientDuplexStream<Q, A>,
    reply: (message: Message<A>) => Q | undefined = () => undefined,
  ) {
    stream.on('data', (answer: A) => {
      const message = answer.message as Message<A>
      const own = reply(message)
      if (own !== undefined) return this.send(own)
      const reader = this.readers.shift()
      if (reader === undefined) this.answers.push(message)
      else reader(message)
    })
    stream.on('error', (error) => this.over(error))
    stream.on('end', () => this.over(new Error('the stream ended')))
  }

  send(message: Q): void {
    this.stream.write(message)
  }

  next(): Promise<Message<A>> {
    const answer = this.answers.shift()
    if (answer !== undefined) return Promise.resolve(answer)
    if (this.failure !== undefined) return Promise.reject(this.failure)
    return new Promise((resolve, reject) => {
      this.readers.push((read) => (read instanceof Error ? reject(read) : resolve(read)))
    })
  }

  private over(error: Error): void {
    this.failure ??= error
    for (const reader of this.readers.splice(0)) reader(this.failure)
  }
}

export type SessionTalk = Conversation<SessionRequest, SessionResponse>

/** A session of an agent whose target has no estimates to give. */
export function sessionTalk(client: AgentServiceClient): SessionTalk {
  return new Conversation<SessionRequest, SessionResponse>(client.session(), (message) => {
    if (message.$case !== 'estimateWanted') return undefined
    const { operationId } = message.value
    return { message: { $case: 'estimated', value: { operationId, estimate: undefined } } }
  })
}

/** A session that was let in. */
export async function openSession(
  client: AgentServiceClient,
  credential: string,
): Promise<{ talk: SessionTalk; sessionId: string }> {
  const talk = sessionTalk(client)
  talk.send(openMessage('shop', credential))
  const answer = await talk.next()
  if (answer.$case !== 'opened') throw new Error(JSON.stringify(answer))
  return { talk, sessionId: answer.value.sessionId }
}

export type AttachTalk = Conversation<AttachRequest, AttachResponse>

/** What an agent says when it comes: it is welcomed, and told its connections. */
export function attachTalk(client: AgentServiceClient, instanceId = 'a'): AttachTalk {
  const talk = new Conversation(client.attach())
  const value = { version: '1', protocols: ['postgres'], instanceId, listeners: [] }
  talk.send({ message: { $case: 'hello', value } })
  return talk
}

/** As an agent of this version says. */
export const everyObligation = Object.values(Obligation).filter(
  (value): value is Obligation =>
    typeof value === 'number' && value !== Obligation.OBLIGATION_UNSPECIFIED,
)

export function openMessage(
  connectionName: string,
  credential: string,
  sessionId = '',
  fulfils: readonly Obligation[] = everyObligation,
): SessionRequest {
  const value = {
    connectionName,
    protocol: 'postgres',
    credential,
    database: '',
    clientAddress: '127.0.0.1:4000',
    listener: '127.0.0.1:5432',
    claimed: [{ name: 'application_name', value: 'spec' }],
    traceparent: '',
    sessionId,
    fulfils: [...fulfils],
    checksCatalog: false,
  }
  return { message: { $case: 'open', value } }
}

export function decideMessage(text: string, operationId: string = randomUUID()): SessionRequest {
  const statement = {
    dialect: SqlDialect.SQL_DIALECT_POSTGRESQL,
    phase: StatementPhase.STATEMENT_PHASE_SIMPLE,
    text,
    parameters: [],
    prepared: [],
    state: {
      database: 'shop',
      searchPath: ['pg_catalog', 'public'],
      searchPathKnown: true,
      role: '',
      transaction: TransactionStatus.TRANSACTION_STATUS_IDLE,
    },
  }
  const operation = { kind: { $case: 'statement' as const, value: statement } }
  return { message: { $case: 'decide', value: { operationId, operation, traceparent: '' } } }
}
