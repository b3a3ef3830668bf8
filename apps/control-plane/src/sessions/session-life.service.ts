import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common'
import { AuditLogService } from '../audit/audit-log.service'
import { Clock } from '../common/clock'
import { Database } from '../common/database/database'
import { liveChannel } from '../live/live-event'
import { LiveSessions } from './live-sessions'
import { Paced } from './paced'
import { Replicas } from './replicas'
import { type SessionEnd, SessionRepository } from './session.repository'

const sweepMillis = 30_000
/** An agent that was not heard of for this long is dead; its heartbeats come every few seconds. */
const deadAfterMillis = 5 * 60_000
/** Longer than agents go on with a session whose stream they lost: what they still know of ends with their word. */
const replicaGoneMillis = 2 * 60_000
const sweptAtOnce = 500
const pace = { gatherMillis: 100, largestBatch: 500 }
/** Sessions of one batch whose screens are told; the others read again. */
const mostLiveEvents = 20

/** Ends sessions whose stream has ended, and those that nobody is left to end. */
@Injectable()
export class SessionLife implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('sessions')
  private timer: NodeJS.Timeout | undefined
  private readonly ending = new Set<Promise<void>>()
  private readonly ends = new Paced<SessionEnd>((ends) => this.endTogether(ends), pace)

  constructor(
    private readonly database: Database,
    private readonly sessions: SessionRepository,
    private readonly live: LiveSessions,
    private readonly audit: AuditLogService,
    private readonly clock: Clock,
    private readonly replicas: Replicas,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.sweep().catch((err: unknown) => this.logger.error({ err }, 'session sweep failed'))
    }, sweepMillis).unref()
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer)
  }

  /** Ends a session once its row is there; not waited for, except by `settled`. */
  endStored(
    { id, stored }: { readonly id: string; readonly stored: Promise<void> },
    reason: string,
  ) {
    const work = stored.then(
      () => this.end(id, reason).catch((err: unknown) => this.report(err)),
      () => undefined,
    )
    this.ending.add(work)
    void work.finally(() => this.ending.delete(work))
  }

  /** Settles when every session that was to end so far has ended: after it the database may go. */
  async settled(): Promise<void> {
    await Promise.all(this.ending)
  }

  /** Settles when the session has ended, whoever ended it. */
  end(id: string, reason: string): Promise<void> {
    return this.ends.add({ id, reason })
  }

  private endTogether(ends: readonly SessionEnd[]): Promise<void> {
    return this.database.bulk(async (tx) => {
      const ended = await this.sessions.end(tx, ends)
      await this.audit.appendBulk(
        tx,
        ended.map(({ id, reason }) => ({
          kind: 'session.closed',
          sessionId: id,
          body: { reason },
        })),
      )
      const told = ended.slice(0, mostLiveEvents)
      const events = told.map(({ id }) => JSON.stringify({ type: 'session', id, state: 'ended' }))
      await this.sessions.notifyAll(tx, liveChannel, events)
    })
  }

  /** A new process of the agent has started: what the former one had open is gone. */
  async agentRestarted(agentId: string): Promise<void> {
    const ids = await this.sessions.abandoned(agentId, new Date(this.clock.now()), sweptAtOnce)
    await this.endAll(ids, 'the agent was restarted')
  }

  async sweep(): Promise<void> {
    const notSeenSince = new Date(this.clock.now() - deadAfterMillis)
    const abandoned = await this.sessions.abandoned(undefined, notSeenSince, sweptAtOnce)
    await this.endAll(abandoned, 'the agent is gone')
    // Opened, stored, and killed before the agent heard of it: nobody else would ever end such a session.
    const replicas = await this.replicas.goneFor(replicaGoneMillis)
    const orphans = await this.sessions.heldBy(replicas, sweptAtOnce)
    await this.endAll(orphans, 'the control plane that opened it is gone')
  }

  /** What could not be ended now is left to the sweep. */
  private report(err: unknown): void {
    this.logger.warn({ err }, 'session could not be ended')
  }

  private async endAll(ids: readonly string[], reason: string): Promise<void> {
    const gone = ids.filter((id) => !this.live.has(id))
    await Promise.all(gone.map((id) => this.end(id, reason)))
  }
}
