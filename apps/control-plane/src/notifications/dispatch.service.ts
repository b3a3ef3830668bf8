import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common'
import { Clock } from '../common/clock'
import { DatabaseListener } from '../common/database/listener'
import { Config } from '../config/config'
import { DeliveryService } from './delivery.service'
import { outboxChannel, OutboxRepository } from './outbox.repository'
import { type DeliveryQueue, startQueue } from './queue'

const sweepMillis = 15_000
const sweptAtOnce = 500
const mostPending = 1_000
const deliveredKeptMillis = 7 * 24 * 60 * 60_000
const failedKeptMillis = 30 * 24 * 60 * 60_000

/**
 * Puts the outbox's messages to the queue: when they are written, when they are to be tried again, and from the table
 * itself at start and every so often, because a queue may lose what it was given. The outbox is the truth.
 */
@Injectable()
export class DispatchService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('notifications')
  private readonly stopping = new AbortController()
  private queue: DeliveryQueue | undefined
  private timer: NodeJS.Timeout | undefined
  private pending = 0

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly listener: DatabaseListener,
    private readonly outbox: OutboxRepository,
    private readonly delivery: DeliveryService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.queue = startQueue(
      this.config,
      ({ id }) => this.work(id),
      (err) => this.logger.warn({ err }, 'the queue reports an error'),
    )
    await this.listener.listen(outboxChannel, (id) => void this.put(id, 0, 0))
    this.listener.onReconnect(() => void this.sweep())
    this.timer = setInterval(() => void this.sweep(), sweepMillis).unref()
    void this.sweep()
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer)
    this.stopping.abort(new Error('the control plane is stopping'))
    await this.queue?.close()
  }

  /** Puts what is due, and removes what was done long ago. */
  async sweep(): Promise<void> {
    try {
      for (const { id, attempts } of await this.outbox.due(sweptAtOnce)) {
        await this.put(id, attempts, 0)
      }
      const now = this.clock.now()
      await this.outbox.purge(
        new Date(now - deliveredKeptMillis),
        new Date(now - failedKeptMillis),
        sweptAtOnce,
      )
    } catch (err) {
      if (!this.stopping.signal.aborted) this.logger.error({ err }, 'the outbox was not swept')
    }
  }

  private async work(id: string): Promise<void> {
    const delivery = await this.delivery.deliver(id, this.stopping.signal)
    if (delivery.kind === 'retry') await this.put(id, delivery.attempts, delivery.millis)
  }

  /** Never throws: what is not put now is found by the next sweep. */
  private async put(id: string, attempts: number, delayMillis: number): Promise<void> {
    if (this.stopping.signal.aborted || this.pending >= mostPending) return
    this.pending += 1
    try {
      await this.queue?.add(id, attempts, delayMillis)
    } catch (err) {
      this.logger.warn({ err, id }, 'a message waits for the next sweep')
    } finally {
      this.pending -= 1
    }
  }
}
