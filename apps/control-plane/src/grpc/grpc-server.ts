import { type Server, ServerCredentials, type ServerDuplexStream } from '@grpc/grpc-js'
import {
  BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common'
import {
  AgentServiceService,
  type AttachRequest,
  type AttachResponse,
  EnrolmentServiceService,
  type IngestResponse,
  type SessionRequest,
  type SessionResponse,
} from '@wardgate/contract'
import { ControlError, toGatewayError } from '@wardgate/errors'
import { AgentGate, type KnownAgent } from '../agents/agent-gate.service'
import { AttachmentService } from '../agents/attachment.service'
import { AuthorityService } from '../agents/authority.service'
import { ApprovalsService } from '../approvals/approvals.service'
import { WaitingService } from '../approvals/waiting.service'
import { CatalogsService } from '../catalogs/catalogs.service'
import { EpochWatch } from '../common/epoch/epoch-watch'
import { Traces } from '../common/tracing/traces'
import { Config } from '../config/config'
import { DecisionService } from '../decisions/decision.service'
import { ToolScreening } from '../decisions/tool-screening.service'
import { IngestService } from '../ingest/ingest.service'
import { LiveSessions } from '../sessions/live-sessions'
import { OpeningService } from '../sessions/opening.service'
import { SessionReview } from '../sessions/session-review.service'
import { SessionLife } from '../sessions/session-life.service'
import { AgentCalls } from './agent-calls'
import { AttachConversation } from './attach-conversation'
import { IngestConversation } from './ingest-conversation'
import { peerAgent, peerOf, toStatus } from './peer'
import { listen, newServer, shutdown } from './port'
import { SessionStream } from './session-stream'

/** A part of a catalog with two hundred tables of 1,600 columns is a quarter of this; nothing else comes near. */
const maximumMessageBytes = 64 << 20
/** Before a certificate is known, only a request for one may come. */
const maximumEnrolmentBytes = 64 << 10

interface Live {
  readonly agentId: string
  end(error: unknown): void
  stopping(): void
}

interface Conversation<Q> {
  receive(request: Q): void
  ended(): void
  /** Told before the stream is ended because the process stops. */
  stopping?(): void
}

/** Batches of the spool stay bytes until they are taken in. */
const agentService = {
  ...AgentServiceService,
  ingest: { ...AgentServiceService.ingest, requestDeserialize: (value: Buffer) => value },
}

/** The gRPC ports. Streams are handed to their conversations; nothing is decided here. */
@Injectable()
export class GrpcServer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('grpc')
  private readonly live = new Set<Live>()
  private servers: Server[] = []

  constructor(
    private readonly config: Config,
    private readonly authority: AuthorityService,
    private readonly gate: AgentGate,
    private readonly attachments: AttachmentService,
    private readonly catalogs: CatalogsService,
    private readonly epochs: EpochWatch,
    private readonly opening: OpeningService,
    private readonly decisions: DecisionService,
    private readonly approvals: ApprovalsService,
    private readonly waiting: WaitingService,
    private readonly liveSessions: LiveSessions,
    private readonly life: SessionLife,
    private readonly review: SessionReview,
    private readonly ingests: IngestService,
    private readonly traces: Traces,
    private readonly tools: ToolScreening,
    private readonly calls: AgentCalls,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { grpc, enrolment } = this.config
    const { key, chain } = await this.authority.issueServer(grpc.names)
    const pair = [{ private_key: Buffer.from(key), cert_chain: Buffer.from(chain) }]
    const authority = Buffer.from(await this.authority.pem())
    this.gate.onRevoked((agentId) => this.cut(agentId))
    const agents = newServer(maximumMessageBytes, maximumMessageBytes)
    agents.addService(agentService, this.agentService())
    await listen(agents, grpc, ServerCredentials.createSsl(authority, pair, true))
    this.servers.push(agents)
    const enrolments = newServer(maximumEnrolmentBytes, maximumMessageBytes)
    enrolments.addService(EnrolmentServiceService, { enroll: this.calls.enroll })
    await listen(enrolments, enrolment, ServerCredentials.createSsl(null, pair, false))
    this.servers.push(enrolments)
  }

  async beforeApplicationShutdown(): Promise<void> {
    const gone = new ControlError('ERR_CONTROL_UNAVAILABLE', 'the control plane is stopping')
    for (const stream of this.live) {
      stream.stopping()
      stream.end(gone)
    }
    await Promise.all(this.servers.map((server) => shutdown(server)))
    this.servers = []
    await this.life.settled()
  }

  private cut(agentId: string): void {
    const gone = new ControlError('ERR_CONTROL_UNAVAILABLE', 'the agent has been revoked')
    for (const stream of this.live) if (stream.agentId === agentId) stream.end(gone)
  }

  private agentService() {
    return {
      renew: this.calls.renew,
      issueHostCertificate: this.calls.issueHostCertificate,
      certifyHostKey: this.calls.certifyHostKey,
      leaseRows: this.calls.leaseRows,
      returnRows: this.calls.returnRows,
      attach: (stream: ServerDuplexStream<AttachRequest, AttachResponse>) =>
        this.converse(stream, (agent, wire) => {
          const services = {
            attachments: this.attachments,
            catalogs: this.catalogs,
            epochs: this.epochs,
            live: this.liveSessions,
          }
          return new AttachConversation(services, agent, peerOf(stream), wire)
        }),
      session: (stream: ServerDuplexStream<SessionRequest, SessionResponse>) =>
        this.converse(stream, (agent, wire) => {
          const services = {
            gate: this.gate,
            opening: this.opening,
            decisions: this.decisions,
            approvals: this.approvals,
            waiting: this.waiting,
            live: this.liveSessions,
            life: this.life,
            review: this.review,
            epochs: this.epochs,
            spans: this.traces.spans,
            tools: this.tools,
            catalogs: this.catalogs,
          }
          return new SessionStream(services, agent, wire)
        }),
      ingest: (stream: ServerDuplexStream<Buffer, IngestResponse>) =>
        this.converse(
          stream,
          (agent, { fail }) =>
            new IngestConversation(this.ingests, agent, {
              fail,
              address: stream.getPeer(),
              acknowledge: (response) => stream.write(response),
              pause: () => stream.pause(),
              resume: () => stream.resume(),
            }),
        ),
    }
  }

  /** What comes before the agent is admitted waits in the stream's own buffer. */
  private converse<Q, M>(
    stream:
      ServerDuplexStream<Q, { message?: M | undefined }> | ServerDuplexStream<Q, IngestResponse>,
    start: (agent: KnownAgent, wire: Wire<M>) => Conversation<Q>,
  ): void {
    const out = stream as ServerDuplexStream<Q, { message?: M | undefined }>
    let over = false
    const fail = (error: unknown): void => {
      if (over) return
      over = true
      const known = toGatewayError(error)
      if (known.logLevel === 'error') this.logger.error({ err: error }, 'agent stream failed')
      out.emit('error', toStatus(known))
    }
    const wire: Wire<M> = {
      fail,
      send: (message) => {
        if (!over) out.write({ message })
      },
      end: () => {
        if (over) return
        over = true
        out.end()
      },
    }
    this.admit(stream as Pick<typeof out, 'getAuthContext'>)
      .then((agent) => {
        const conversation = start(agent, wire)
        const live = { agentId: agent.id, end: fail, stopping: () => conversation.stopping?.() }
        this.live.add(live)
        const ended = (): void => {
          over = true
          this.live.delete(live)
          conversation.ended()
        }
        out.on('data', (request: Q) => {
          if (!over) conversation.receive(request)
        })
        out.once('end', () => {
          wire.end()
          ended()
        })
        out.once('close', ended)
        out.once('cancelled', ended)
        out.once('error', ended)
        if (out.cancelled) ended()
      })
      .catch(fail)
  }

  private async admit(call: {
    getAuthContext(): ReturnType<ServerDuplexStream<unknown, unknown>['getAuthContext']>
  }) {
    return this.gate.admit(peerAgent(call))
  }
}

export interface Wire<M> {
  readonly send: (message: M) => void
  readonly end: () => void
  readonly fail: (error: unknown) => void
}
