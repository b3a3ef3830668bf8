import type { ClientDuplexStream, ServiceError } from '@grpc/grpc-js'
import type {
  AgentServiceClient,
  Assignment,
  AttachRequest,
  AttachResponse,
  CatalogWanted,
  Heartbeat,
  Hello,
  Welcome,
} from '@wardgate/contract'
import { ControlError, type GatewayError } from '@wardgate/errors'
import type {
  Clock,
  ControlPlane,
  ControlSession,
  HourlyRows,
  OpenRequest,
  RowLease,
} from '@wardgate/gateway'
import type { Logger as Log } from '@wardgate/logger'
import type { Spans } from '@wardgate/tracing'
import { Backoff } from './backoff'
import { type ChannelIdentity, createAgentClient } from './client'
import { LinkSessions } from './link-sessions'
import { rejectionIn } from './rejection'
import { leaseRows, returnRows } from './row-leases'
import type { SessionSurroundings } from './session-surroundings'
import { Reminder, unreachedBecause } from './unreached'
import { contractViolation } from './violation'

/** What the control plane tells the agent beside its sessions. */
export interface LinkListener {
  attached(): void
  lost(): void
  assigned(assignment: Assignment): void
  catalogWanted(wanted: CatalogWanted): void
  drain(reason: string): void
  /** The control plane no longer accepts this agent: it must stop. */
  rejected(error: GatewayError): void
}

export interface LinkOptions {
  readonly address: string
  readonly identity: ChannelIdentity
  readonly hello: () => Hello
  readonly heartbeat: () => Heartbeat
  readonly clock: Clock
  readonly log: Log
  readonly listener: LinkListener
  readonly random?: () => number
  readonly firstBackoffMillis?: number
  /** Absent = nothing is traced. */
  readonly spans?: Spans
  /** Absent = there are no estimates. */
  readonly estimate?: SessionSurroundings['estimate']
  /** Absent = there are no catalogs. */
  readonly checkCatalog?: SessionSurroundings['checkCatalog']
}

const firstBackoffMillis = 200
const maximumBackoffMillis = 10_000
/** About five seconds: for a control plane that starts beside the agent. */
const shortFirstWaits = 25
/** For the control plane to answer the greeting. */
const welcomeMillis = 15_000
const minimumHeartbeatMillis = 1000

/** The agent's link to the control plane: one Attach stream, kept up, and a stream for every session. */
export class ControlLink implements ControlPlane {
  readonly #options: LinkOptions
  #backoff: Backoff
  readonly #sessions: LinkSessions
  #identity: ChannelIdentity
  #client: AgentServiceClient
  #stream: ClientDuplexStream<AttachRequest, AttachResponse> | undefined
  #welcome: Welcome | undefined
  #isUp = false
  #isStopped = false
  #lostAtMicros: number | undefined
  #epoch = 0n
  readonly #reminder = new Reminder()
  #timer: NodeJS.Timeout | undefined
  #heartbeats: NodeJS.Timeout | undefined

  constructor(options: LinkOptions) {
    this.#options = options
    this.#backoff = this.#createBackoff(shortFirstWaits)
    this.#identity = options.identity
    this.#client = createAgentClient(options.address, options.identity)
    this.#sessions = new LinkSessions({
      ...options,
      client: () => this.#client,
      isUp: () => this.#isUp,
      graceMillis: () => this.#graceMillis,
    })
  }

  start(): void {
    this.#attach()
  }

  get epoch(): bigint {
    return this.#epoch
  }

  get isUp(): boolean {
    return this.#isUp
  }

  get memoUsable(): boolean {
    if (this.#isUp) return true
    if (this.#lostAtMicros === undefined) return false
    return this.#options.clock.micros() - this.#lostAtMicros < this.#graceMillis * 1000
  }

  get client(): AgentServiceClient {
    return this.#client
  }

  /** Sessions whose stream is open or whose grace has not run out. */
  get sessions(): number {
    return this.#sessions.size
  }

  get spareStreams(): number {
    return this.#sessions.spareStreams
  }

  async open(request: OpenRequest, signal: AbortSignal): Promise<ControlSession> {
    if (!this.#isUp) {
      throw new ControlError('ERR_CONTROL_UNAVAILABLE', 'the control plane cannot be reached')
    }
    return this.#sessions.open(request, this.#epoch, signal)
  }

  leaseRows(hourly: HourlyRows): Promise<RowLease> {
    return leaseRows(this.#client, hourly)
  }

  returnRows(hourly: HourlyRows, left: RowLease): Promise<void> {
    return returnRows(this.#client, hourly, left)
  }

  /** False when there is no link: then nobody has been told. */
  send(message: NonNullable<AttachRequest['message']>): boolean {
    if (!this.#isUp || this.#stream === undefined) return false
    this.#stream.write({ message })
    return true
  }

  /** Attaches again with a renewed certificate; live sessions stay on their own streams. */
  useIdentity(identity: ChannelIdentity): void {
    const former = this.#client
    this.#identity = identity
    this.#client = createAgentClient(this.#options.address, identity)
    this.#backoff.reset()
    const stream = this.#stream
    this.#stream = undefined
    this.#sessions.dropSpares()
    clearTimeout(this.#timer)
    this.#attach()
    stream?.cancel()
    former.close()
  }

  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
    clearInterval(this.#heartbeats)
    this.#sessions.dropSpares()
    this.#sessions.forgetAdmissions()
    this.#stream?.cancel()
    this.#isUp = false
    this.#client.close()
  }

  get #graceMillis(): number {
    return (this.#welcome?.graceSeconds ?? 0) * 1000
  }

  #attach(): void {
    const stream = this.#client.attach()
    this.#stream = stream
    stream.on('data', (response: AttachResponse) => this.#receive(stream, response))
    stream.on('error', (error: ServiceError) => this.#lose(stream, error))
    stream.on('end', () => this.#lose(stream, undefined))
    stream.write({ message: { $case: 'hello', value: this.#options.hello() } })
    this.#timer = setTimeout(() => stream.cancel(), welcomeMillis)
  }

  #receive(stream: ClientDuplexStream<AttachRequest, AttachResponse>, response: AttachResponse) {
    if (stream !== this.#stream) return
    try {
      this.#dispatch(response)
    } catch (error) {
      this.#options.log.error({ err: error }, 'control plane message refused')
      stream.cancel()
    }
  }

  #dispatch({ message }: AttachResponse): void {
    if (message === undefined) throw contractViolation('an unknown message')
    if (message.$case === 'welcome') return this.#welcomed(message.value)
    if (!this.#isUp && this.#lostAtMicros !== undefined)
      throw contractViolation('a message before its welcome')
    const { listener } = this.#options
    switch (message.$case) {
      case 'assignment':
        return listener.assigned(message.value)
      case 'epoch':
        return this.#advance(message.value.epoch)
      case 'kill':
        return this.#sessions.kill(message.value.sessionId, message.value.reason)
      case 'drain':
        return listener.drain(message.value.reason)
      case 'catalogWanted':
        return listener.catalogWanted(message.value)
    }
  }

  #advance(epoch: bigint): void {
    if (epoch <= this.#epoch) return
    this.#epoch = epoch
    this.#sessions.forgetAdmissions()
  }

  #welcomed(welcome: Welcome): void {
    clearTimeout(this.#timer)
    this.#welcome = welcome
    this.#epoch = welcome.epoch
    this.#isUp = true
    this.#lostAtMicros = undefined
    this.#reminder.reset()
    // From now on it comes back with all the others of a control plane that was away.
    this.#backoff = this.#createBackoff(0)
    this.#sessions.keepSpares()
    clearInterval(this.#heartbeats)
    this.#heartbeats = setInterval(
      () => this.#beat(),
      Math.max(minimumHeartbeatMillis, welcome.heartbeatSeconds * 1000),
    )
    this.#beat()
    this.#options.log.info({ agentId: welcome.agentId }, 'control plane attached')
    this.#options.listener.attached()
  }

  #beat(): void {
    this.send({ $case: 'heartbeat', value: this.#options.heartbeat() })
  }

  #lose(stream: ClientDuplexStream<AttachRequest, AttachResponse>, error: unknown): void {
    if (stream !== this.#stream || this.#isStopped) return
    this.#stream = undefined
    clearTimeout(this.#timer)
    clearInterval(this.#heartbeats)
    this.#sessions.dropSpares()
    this.#sessions.forgetAdmissions()
    if (this.#isUp) {
      this.#isUp = false
      this.#lostAtMicros = this.#options.clock.micros()
      this.#options.log.warn({ err: error }, 'control plane lost')
      this.#options.listener.lost()
    }
    const rejection = rejectionIn(error)
    if (rejection !== undefined) return this.#options.listener.rejected(rejection)
    this.#tellUnreached(error)
    this.#timer = setTimeout(() => this.#attachAgain(), this.#backoff.next())
  }

  #tellUnreached(error: unknown): void {
    const { clock, log } = this.#options
    if (!this.#reminder.isDue(clock.now())) return
    const err = unreachedBecause(error)
    log.warn({ err, nextStep: err.nextStep }, 'control plane not attached')
  }

  #attachAgain(): void {
    // Never attached: a channel that could not connect keeps waits of its own, which outgrow these; a fresh one dials now.
    if (this.#welcome === undefined) {
      this.#client.close()
      this.#client = createAgentClient(this.#options.address, this.#identity)
    }
    this.#attach()
  }

  #createBackoff(shortWaits: number): Backoff {
    return new Backoff({
      firstMillis: this.#options.firstBackoffMillis ?? firstBackoffMillis,
      maximumMillis: maximumBackoffMillis,
      shortWaits,
      random: this.#options.random ?? Math.random,
    })
  }
}
