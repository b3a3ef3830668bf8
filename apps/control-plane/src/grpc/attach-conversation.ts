import type {
  AttachRequest,
  AttachResponse,
  CatalogSnapshot,
  Heartbeat,
  Listener,
} from '@wardgate/contract'
import { canonicalJson } from '@wardgate/audit-log'
import type { KnownAgent } from '../agents/agent-gate.service'
import type { AgentPeer, AgentProcess } from '../agents/agent-process'
import type { AttachmentService } from '../agents/attachment.service'
import type { CatalogsService } from '../catalogs/catalogs.service'
import type { JsonObject } from '../common/audit-port'
import type { EpochWatch } from '../common/epoch/epoch-watch'
import type { LiveSessions } from '../sessions/live-sessions'
import { malformed, requireId } from './wire/malformed'
import { accessToWire } from './wire/session'

const heartbeatSeconds = 10
/** How long live sessions of an agent keep their memo while no control plane answers. */
const graceSeconds = 60
const digestForm = /^[0-9a-f]{64}$/

export interface AttachServices {
  readonly attachments: AttachmentService
  readonly catalogs: CatalogsService
  readonly epochs: EpochWatch
  readonly live: LiveSessions
}

export interface AttachWire {
  send(message: NonNullable<AttachResponse['message']>): void
  fail(error: unknown): void
}

/** One Attach stream: what the agent reports, and what it is told. */
export class AttachConversation {
  private state: 'new' | 'greeted' | 'ended' = 'new'
  private process: AgentProcess | undefined
  private isReplaced = false
  private readonly stops: (() => void)[] = []
  private queue: Promise<void> = Promise.resolve()
  private sentAssignment = ''

  constructor(
    private readonly services: AttachServices,
    private readonly agent: KnownAgent,
    private readonly peer: AgentPeer,
    private readonly wire: AttachWire,
  ) {}

  /** Messages are worked on one after the other, in the order in which they came. */
  receive(request: AttachRequest): void {
    this.enqueue(() => this.handle(request))
  }

  ended(): void {
    this.state = 'ended'
    for (const stop of this.stops) stop()
  }

  private enqueue(work: () => Promise<void>): void {
    this.queue = this.queue
      .then(() => (this.state === 'ended' ? undefined : work()))
      .catch((error: unknown) => this.wire.fail(error))
  }

  private async handle({ message }: AttachRequest): Promise<void> {
    if (message === undefined) throw malformed('an attach message of a kind that is not known')
    if (message.$case === 'hello') return this.greet(message.value)
    const { process } = this
    if (process === undefined) throw malformed('a message before its hello')
    switch (message.$case) {
      case 'heartbeat':
        return this.beat(process, healthOf(message.value))
      case 'catalog':
        return this.takeCatalog(message.value)
      case 'catalogPart': {
        const { connectionId, body } = message.value
        requireId(connectionId, 'connection id')
        await this.services.attachments.requireServes(this.agent.id, connectionId)
        return this.services.catalogs.keepPart(body)
      }
      case 'catalogFailure': {
        const { connectionId, database, code, message: text } = message.value
        requireId(connectionId, 'connection id')
        return this.services.attachments.catalogFailed(this.agent.id, {
          connectionId,
          database,
          code,
          message: text,
        })
      }
    }
  }

  /** That there are two is told once for each stream of the one that was replaced. */
  private async beat(process: AgentProcess, health: JsonObject): Promise<void> {
    const { attachments } = this.services
    if (this.isReplaced || (await attachments.beat(process, health))) return
    this.isReplaced = true
    await attachments.twoAtOnce(process)
  }

  private async takeCatalog(snapshot: CatalogSnapshot): Promise<void> {
    const { connectionId, database, digest, manifest } = snapshot
    const key = { connectionId: requireId(connectionId, 'connection id'), database }
    if (manifest === undefined || !digestForm.test(digest))
      throw malformed('a catalog without its digest')
    await this.services.attachments.requireServes(this.agent.id, key.connectionId)
    const parts = await this.services.catalogs.offer(key, digest, manifest, this.agent.id)
    if (parts.length > 0)
      this.wire.send({ $case: 'catalogWanted', value: { ...key, digest, parts: [...parts] } })
  }

  private async greet(hello: {
    version: string
    protocols: string[]
    instanceId: string
    listeners: Listener[]
  }): Promise<void> {
    if (this.state !== 'new') throw malformed('a second hello')
    const { attachments, epochs, live } = this.services
    this.process = await attachments.greet(this.agent.id, hello, this.peer)
    this.state = 'greeted'
    const epoch = epochs.current
    this.wire.send({
      $case: 'welcome',
      value: { agentId: this.agent.id, heartbeatSeconds, epoch, graceSeconds },
    })
    await this.assign()
    this.stops.push(
      epochs.onChange((changed) => {
        this.wire.send({ $case: 'epoch', value: { epoch: changed } })
        this.enqueue(() => this.assign())
      }),
      live.onKill(({ id, agentId, reason }) => {
        if (agentId !== this.agent.id) return
        this.wire.send({ $case: 'kill', value: { sessionId: id, reason } })
      }),
    )
    // The epoch may have moved between the welcome and now.
    if (epochs.current !== epoch)
      this.wire.send({ $case: 'epoch', value: { epoch: epochs.current } })
  }

  /** The whole list, and only when it differs from what the agent has. */
  private async assign(): Promise<void> {
    const assigned = await this.services.attachments.assignments(this.agent.id)
    const connections = assigned.map(({ target, settings, listeners }) => ({
      id: target.connectionId,
      name: target.name,
      protocol: target.protocol,
      settingsJson: canonicalJson(settings),
      revision: target.revision,
      listeners: listeners.map((listener) => ({ ...listener })),
      systemAccess: target.database === '' ? undefined : accessToWire(target, target.database),
    }))
    const fingerprint = JSON.stringify(
      connections.map(({ systemAccess: _access, ...rest }) => rest),
    )
    if (fingerprint === this.sentAssignment) return
    this.sentAssignment = fingerprint
    this.wire.send({ $case: 'assignment', value: { connections } })
  }
}

function healthOf(heartbeat: Heartbeat): JsonObject {
  const { liveSessions, spoolEntries, spoolBytes, spoolId, spoolLast } = heartbeat
  const told = {
    liveSessions,
    spoolEntries: Number(spoolEntries),
    spoolBytes: Number(spoolBytes),
    oldestUnacknowledgedSeconds: heartbeat.oldestUnacknowledgedSeconds,
  }
  // An agent of an earlier version does not tell which spool it writes.
  if (spoolId === '') return told
  return { ...told, spoolId: requireId(spoolId, 'spool id'), spoolLast: Number(spoolLast) }
}
