import {
  Server,
  ServerCredentials,
  type sendUnaryData,
  type ServerDuplexStream,
  type ServerUnaryCall,
  status,
} from '@grpc/grpc-js'
import {
  AgentServiceService,
  type AttachRequest,
  type AttachResponse,
  EnrolmentServiceService,
  type EnrollRequest,
  type EnrollResponse,
  type RenewRequest,
  type RenewResponse,
  FsyncPolicy,
  type IngestRequest,
  type IngestResponse,
  MemoScope,
  RecordingMode,
  type SessionOpened,
  type SessionRequest,
  type SessionResponse,
  TlsMode,
  type Verdict,
} from '@wardgate/contract'
import { TestAuthority } from './certificates'

type AttachCall = ServerDuplexStream<AttachRequest, AttachResponse>
export type SessionCall = ServerDuplexStream<SessionRequest, SessionResponse>
type RenewCall = ServerUnaryCall<RenewRequest, RenewResponse>
type EnrollCall = ServerUnaryCall<EnrollRequest, EnrollResponse>
type IngestCall = ServerDuplexStream<IngestRequest, IngestResponse>

/** grpc-js forgets, open, what a client that was closed while it dialled gets: nobody else ends that, and no server does when it stops. */
const idleMillis = 100

/** A control plane inside the test process: real gRPC, real mutual TLS, behaviour set by the test. */
export class FakeControlPlane {
  readonly authority: TestAuthority
  readonly #server: Server
  #port = 0
  readonly attached: AttachCall[] = []
  readonly sessions: SessionCall[] = []
  readonly ingests: IngestCall[] = []
  readonly attachMessages: AttachRequest[] = []
  readonly sessionMessages: SessionRequest[] = []
  joinSecret = 'secret'
  graceSeconds = 60
  lifeMillis = 3_600_000
  rejects: 'nobody' | 'everybody' = 'nobody'
  onAttach: (call: AttachCall) => void = (call) => this.welcome(call)
  onSession: (call: SessionCall, request: SessionRequest) => void = (call, request) => {
    if (request.message?.$case === 'open') call.write(opened())
  }
  onIngest: (call: IngestCall, request: IngestRequest) => void = () => undefined

  private constructor(authority: TestAuthority, server: Server) {
    this.authority = authority
    this.#server = server
  }

  static async start(
    options: { authority?: TestAuthority; port?: number; certified?: string } = {},
  ): Promise<FakeControlPlane> {
    const authority = options.authority ?? (await TestAuthority.create())
    const { key, chain } = await authority.server(options.certified)
    const server = new Server({
      'grpc.max_receive_message_length': 64 << 20,
      'grpc.max_connection_idle_ms': idleMillis,
    })
    const plane = new FakeControlPlane(authority, server)
    plane.#addServices(server)
    const pair = { private_key: Buffer.from(key), cert_chain: Buffer.from(chain) }
    const secure = ServerCredentials.createSsl(Buffer.from(authority.pem), [pair], true)
    plane.#port = await bind(server, options.port ?? 0, secure)
    return plane
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`
  }

  get port(): number {
    return this.#port
  }

  welcome(call: AttachCall, epoch = 1n): void {
    const value = {
      agentId: 'agent-1',
      heartbeatSeconds: 1,
      epoch,
      graceSeconds: this.graceSeconds,
    }
    call.write({ message: { $case: 'welcome', value } })
  }

  stop(): void {
    this.#server.forceShutdown()
  }

  #addServices(server: Server): void {
    server.addService(AgentServiceService, {
      attach: (call: AttachCall) => this.#attach(call),
      session: (call: SessionCall) => {
        this.sessions.push(call)
        call.on('error', () => undefined)
        call.on('end', () => call.end())
        call.on('data', (request: SessionRequest) => {
          this.sessionMessages.push(request)
          this.onSession(call, request)
          if (request.message?.$case === 'close') call.write(closed)
        })
      },
      ingest: (call: IngestCall) => {
        this.ingests.push(call)
        call.on('error', () => undefined)
        call.on('end', () => call.end())
        call.on('data', (request: IngestRequest) => this.onIngest(call, request))
      },
      renew: (call: RenewCall, callback: sendUnaryData<RenewResponse>) => {
        this.authority.issue(call.request.certificateRequest, this.lifeMillis).then(
          (certificateChain) => callback(null, { certificateChain, authority: this.authority.pem }),
          () => callback({ code: status.INTERNAL }),
        )
      },
    })
  }

  #attach(call: AttachCall): void {
    call.on('error', () => undefined)
    if (this.rejects === 'everybody') {
      call.emit('error', { code: status.PERMISSION_DENIED, details: 'revoked' })
      return
    }
    this.attached.push(call)
    call.on('end', () => call.end())
    call.on('data', (request: AttachRequest) => {
      this.attachMessages.push(request)
      if (request.message?.$case === 'hello') this.onAttach(call)
    })
  }
}

/** The enrolment port: server TLS only. */
export async function startEnrolment(
  plane: FakeControlPlane,
): Promise<{ address: string; stop(): void }> {
  const { key, chain } = await plane.authority.server()
  const server = new Server()
  server.addService(EnrolmentServiceService, {
    enroll: (call: EnrollCall, callback: sendUnaryData<EnrollResponse>) => {
      if (!call.request.joinToken.startsWith(`wgj1.${plane.joinSecret}.`)) {
        callback({ code: status.UNAUTHENTICATED, details: 'the join token is not valid' })
        return
      }
      plane.authority.issue(call.request.certificateRequest, plane.lifeMillis).then(
        (certificateChain) =>
          callback(null, { agentId: 'agent-1', certificateChain, authority: plane.authority.pem }),
        () => callback({ code: status.INTERNAL }),
      )
    },
  })
  const pair = { private_key: Buffer.from(key), cert_chain: Buffer.from(chain) }
  const port = await bind(server, 0, ServerCredentials.createSsl(null, [pair], false))
  return { address: `127.0.0.1:${port}`, stop: () => server.forceShutdown() }
}

function bind(server: Server, port: number, secure: ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, secure, (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    )
  })
}

export function opened(overrides: Partial<SessionOpened> = {}): SessionResponse {
  const value = {
    sessionId: 'session-1',
    principalId: 'principal-1',
    principalName: 'autogen',
    connectionId: 'connection-1',
    target: {
      endpoints: [{ host: '127.0.0.1', port: 5432 }],
      tlsMode: TlsMode.TLS_MODE_DISABLE,
      tlsCa: '',
      tlsServerName: '',
      credential: {
        kind: { $case: 'password' as const, value: { user: 'shop', password: 'pw' } },
      },
      revision: '1',
      database: 'shop',
    },
    limits: { idleSeconds: 600, statementSeconds: 60, maxMessageBytes: 1 << 20 },
    modes: {
      fsync: FsyncPolicy.FSYNC_POLICY_BATCHED,
      recording: RecordingMode.RECORDING_MODE_FULL,
      readOnly: false,
    },
    epoch: 1n,
    maskingKey: Buffer.alloc(32, 7),
    textDetectors: [],
    expiresAt: 0n,
    memoScope: '',
    admission: Buffer.from('sealed'),
    admitsSeconds: 0,
    ...overrides,
  }
  return { message: { $case: 'opened', value } }
}

const closed: SessionResponse = { message: { $case: 'closed', value: {} } }

export function allowed(operationId: string, epoch = 1n): Verdict {
  return {
    operationId,
    outcome: {
      $case: 'allow',
      value: {
        masking: {
          columns: [],
          origins: [],
          touchesMasked: false,
          paths: [],
          headers: [],
          unreadablePasses: false,
          unreadableScanned: false,
          expected: undefined,
          detectors: [],
        },
        rowLimit: 0n,
        leasedRowLimit: 0n,
        readOnly: false,
        lines: false,
        recording: RecordingMode.RECORDING_MODE_FULL,
        approvalId: '',
      },
    },
    determinedBy: [{ policy: 'p', rule: 'r' }],
    memo: MemoScope.MEMO_SCOPE_ONCE,
    epoch,
    summary: 'SELECT',
    actions: [],
    riskScore: 0,
  }
}

/** Resolves when `condition` holds; asks again after every turn of the event loop. */
export async function until(condition: () => boolean, millis = 5000): Promise<void> {
  const deadline = Date.now() + millis
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('waited in vain')
    await new Promise((resolve) => setImmediate(resolve))
  }
}
