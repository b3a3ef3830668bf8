import { Injectable, Logger } from '@nestjs/common'
import { Counter } from 'prom-client'
import { Clock } from '../common/clock'
import { Metrics } from '../common/metrics/metrics'
import { Config } from '../config/config'
import { type OutboxMessage, OutboxRepository } from './outbox.repository'
import { sendWebhook } from './send-webhook'
import { type WebhookRecord, WebhooksRepository } from './webhooks.repository'
import { mostWebhooks, WebhooksService } from './webhooks.service'

export const mostAttempts = 12
const firstRetryMillis = 1_000
const longestRetryMillis = 15 * 60_000
/** Longer than one attempt at all webhooks may take, since all are told at once. */
const leaseSeconds = 60

export type Delivery =
  | { readonly kind: 'done' }
  | { readonly kind: 'retry'; readonly attempts: number; readonly millis: number }

/** The receiver was not reached, or did not take it. */
class Undelivered extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : 'it was interrupted', { cause })
  }
}

/** Tells a message of the outbox to every webhook that wants it: at least once each, until it is told or too old. */
@Injectable()
export class DeliveryService {
  private readonly logger = new Logger('notifications')
  private readonly outcomes: Counter<'outcome'>

  constructor(
    private readonly outbox: OutboxRepository,
    private readonly webhooks: WebhooksRepository,
    private readonly secrets: WebhooksService,
    private readonly config: Config,
    private readonly clock: Clock,
    metrics: Metrics,
  ) {
    this.outcomes = new Counter({
      name: 'wardgate_notifications_total',
      help: 'Attempts to tell a message: delivered, retried, failed for good',
      labelNames: ['outcome'],
      registers: [metrics.registry],
    })
  }

  async deliver(id: string, signal: AbortSignal): Promise<Delivery> {
    const message = await this.outbox.claim(id, leaseSeconds)
    if (message === undefined) return { kind: 'done' }
    const { deliveredTo, attempts } = message
    const receivers = await this.webhooks.unreached(deliveredTo, mostWebhooks)
    // A row that is not believed fails for itself: the others are told, and the message is not taken for delivered.
    const told = await Promise.allSettled(
      receivers.map((webhookId) => this.tellOne(message, webhookId, signal)),
    )
    const failure = told.find((result) => result.status === 'rejected')
    if (failure === undefined) {
      await this.outbox.delivered(id)
      this.outcomes.inc({ outcome: 'delivered' })
      return { kind: 'done' }
    }
    return this.missed(id, attempts, failure.reason)
  }

  private async missed(id: string, attempts: number, err: unknown): Promise<Delivery> {
    const reason = String(err)
    // Of what is not the receiver's doing the text may quote a query: the log has its own form of it.
    const why = err instanceof Undelivered ? { reason: err.message } : { err }
    if (attempts >= mostAttempts) {
      await this.outbox.failed(id, reason)
      this.outcomes.inc({ outcome: 'failed' })
      this.logger.error({ id, attempts, ...why }, 'a message was not delivered and is given up')
      return { kind: 'done' }
    }
    const millis = backOff(attempts, Math.random())
    await this.outbox.retryAfter(id, reason, millis)
    this.outcomes.inc({ outcome: 'retried' })
    this.logger.warn({ id, attempts, ...why, millis }, 'a message was not delivered')
    return { kind: 'retry', attempts, millis }
  }

  private async tellOne(message: OutboxMessage, webhookId: string, signal: AbortSignal) {
    const webhook = await this.webhooks.find(webhookId)
    if (webhook?.enabled === true && webhook.topics.includes(message.topic))
      await this.tell(message, webhook, signal)
  }

  private async tell(message: OutboxMessage, webhook: WebhookRecord, signal: AbortSignal) {
    const { id, topic, payload, createdAt } = message
    const body = JSON.stringify({ id, topic, createdAt: createdAt.toISOString(), ...payload })
    await sendWebhook({
      url: webhook.url,
      body,
      secrets: await this.secrets.openSecrets(webhook),
      seconds: Math.floor(this.clock.now() / 1000),
      allowPrivate: this.config.privateWebhooks,
      signal,
    }).catch((cause: unknown) => {
      throw new Undelivered(cause)
    })
    await this.outbox.reached(id, webhook.id)
  }
}

/** Doubles from one second to a quarter of an hour; half of it is jitter, so that receivers are not hit in step. */
export function backOff(attempts: number, random: number): number {
  const whole = Math.min(firstRetryMillis * 2 ** (attempts - 1), longestRetryMillis)
  return Math.round(whole / 2 + (whole / 2) * random)
}
