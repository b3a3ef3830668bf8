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
import { SealService } from '../common/sealing/seal.service'
import { withoutUndefined } from '../common/without-undefined'
import { Config } from '../config/config'
import type { CreateWebhook, UpdateWebhook, WebhookQuery } from './webhooks.dto'
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
    const secret = `whsec_${randomBytes(secretBytes).toString('base64url')}`
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

  /** The key of a webhook's signatures. */
  async openSecret(webhook: WebhookRecord): Promise<string> {
    return Buffer.from(await this.seals.open(webhook, associatedData(webhook.id))).toString('utf8')
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

function associatedData(id: string): string {
  return `webhook:${id}`
}

function toAnswer({
  id,
  name,
  url,
  topics,
  enabled,
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
