import { randomBytes } from 'node:crypto'
import { Injectable } from '@nestjs/common'
import { RequestError } from '@wardgate/errors'
import { v7 as uuid } from 'uuid'
import { AuditLog } from '../common/audit-port'
import type { IdentifiedPrincipal } from '../common/auth/identity'
import { Database } from '../common/database/database'
import { InvalidRequest } from '../common/http/invalid-request'
import { toPage } from '../common/http/page'
import { StaleVersion } from '../common/http/precondition'
import { Clock } from '../common/clock'
import { packSealed, SealService, unpackSealed } from '../common/sealing/seal.service'
import { withoutUndefined } from '../common/without-undefined'
import { Config } from '../config/config'
import type { CreateWebhook, RotateSecret, UpdateWebhook, WebhookQuery } from './webhooks.dto'
import { type WebhookRecord, WebhooksRepository } from './webhooks.repository'

export const mostWebhooks = 50
const secretBytes = 32

@Injectable()
export class WebhooksService {
  constructor(
    private readonly webhooks: WebhooksRepository,
    private readonly seals: SealService,
    private readonly database: Database,
    private readonly audit: AuditLog,
    private readonly config: Config,
    private readonly clock: Clock,
  ) {}

  async list(query: WebhookQuery) {
    return toPage(await this.webhooks.list(query), query, ({ id }) => id, toAnswer)
  }

  async get(id: string) {
    return toAnswer(await this.require(id))
  }

  async create(input: CreateWebhook, by: IdentifiedPrincipal) {
    this.checkUrl(input.url)
    const id = uuid()
    const secret = newSecret()
    const sealed = await this.seals.seal(Buffer.from(secret), associatedData(id))
    const created = await this.database.transaction(async (tx) => {
      if ((await this.webhooks.count(tx)) >= mostWebhooks)
        throw new RequestError('ERR_REQUEST_CONFLICT', `there are ${mostWebhooks} webhooks already`)
      const webhook = await this.webhooks.create(tx, id, input, sealed)
      await this.audit.append(tx, entry('webhook.created', by.id, webhook))
      return webhook
    })
    return { ...toAnswer(created), secret }
  }

  async update(id: string, version: number, input: UpdateWebhook, by: IdentifiedPrincipal) {
    if (input.url !== undefined) this.checkUrl(input.url)
    await this.require(id)
    const updated = await this.database.transaction(async (tx) => {
      const webhook = await this.webhooks.update(tx, id, version, withoutUndefined(input))
      if (webhook === null) throw new StaleVersion('the webhook')
      await this.audit.append(tx, entry('webhook.updated', by.id, webhook))
      return webhook
    })
    return toAnswer(updated)
  }

  async delete(id: string, version: number, by: IdentifiedPrincipal): Promise<void> {
    const webhook = await this.require(id)
    await this.database.transaction(async (tx) => {
      if (!(await this.webhooks.delete(tx, id, version))) throw new StaleVersion('the webhook')
      await this.audit.append(tx, entry('webhook.deleted', by.id, webhook))
    })
  }

  /** A new key of signatures; the old one signs too until the overlap is over, so that receivers can change in peace. */
  async rotateSecret(
    id: string,
    version: number,
    { overlapSeconds }: RotateSecret,
    by: IdentifiedPrincipal,
  ) {
    const { sealed, wrappedKey, masterKeyId } = await this.require(id)
    const secret = newSecret()
    const next = await this.seals.seal(Buffer.from(secret), associatedData(id))
    const previous =
      overlapSeconds === 0
        ? { secret: null, until: null }
        : {
            secret: packSealed({ sealed, wrappedKey, masterKeyId }),
            until: new Date(this.clock.now() + overlapSeconds * 1000),
          }
    const rotated = await this.database.transaction(async (tx) => {
      // By version: had it been rotated meanwhile, another secret would be the previous one.
      const webhook = await this.webhooks.rotate(tx, { id, version }, next, previous)
      if (webhook === null) throw new StaleVersion('the webhook')
      await this.audit.append(tx, entry('webhook.secret-rotated', by.id, webhook))
      return webhook
    })
    return { ...toAnswer(rotated), secret }
  }

  /** The keys of a webhook's signatures: the one in force, and the one before while it may still sign. */
  async openSecrets(webhook: WebhookRecord): Promise<readonly [string, ...string[]]> {
    const { previousSecret, previousUntil } = webhook
    const current = await this.open(webhook, webhook.id)
    if (previousSecret === null || (previousUntil?.getTime() ?? 0) <= this.clock.now())
      return [current]
    return [current, await this.open(unpackSealed(previousSecret), webhook.id)]
  }

  private async open(sealed: Parameters<SealService['open']>[0], id: string): Promise<string> {
    return Buffer.from(await this.seals.open(sealed, associatedData(id))).toString('utf8')
  }

  private checkUrl(url: string): void {
    if (this.config.privateWebhooks || new URL(url).protocol === 'https:') return
    throw new InvalidRequest([{ path: 'url', message: 'must be https' }])
  }

  private async require(id: string): Promise<WebhookRecord> {
    const webhook = await this.webhooks.find(id)
    if (webhook !== null) return webhook
    throw new RequestError('ERR_REQUEST_NOT_FOUND', `there is no webhook ${id}`)
  }
}

function newSecret(): string {
  return `whsec_${randomBytes(secretBytes).toString('base64url')}`
}

function associatedData(id: string): string {
  return `webhook:${id}`
}

function toAnswer({
  id,
  name,
  url,
  topics,
  enabled,
  previousUntil,
  version,
  createdAt,
  updatedAt,
}: WebhookRecord) {
  return {
    id,
    name,
    url,
    topics,
    enabled,
    previousUntil: previousUntil?.toISOString() ?? null,
    version,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  }
}

/** A receiver's URL may hold a token of its own, so the log keeps where it goes, not all of it. */
function entry(
  kind: string,
  principalId: string,
  { id, name, url, topics, enabled }: WebhookRecord,
) {
  const body = { webhook: { id, name, origin: new URL(url).origin, topics, enabled } }
  return { kind, principalId, body }
}
