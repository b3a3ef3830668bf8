import { Injectable } from '@nestjs/common'
import { Database } from '../common/database/database'
import { orConflict } from '../common/database/prisma-errors'
import type { Transaction } from '../common/database/transaction'
import { newestFirst } from '../common/http/page'
import type { Bytes } from '../common/sealing/envelope'
import type { Sealed } from '../common/sealing/seal.service'
import { SealedRows } from '../common/sealing/sealed-rows'
import type { Webhook } from '../generated/prisma/client'
import { sealedWebhook } from './sealed-webhook'
import type { CreateWebhook, UpdateWebhook, WebhookQuery } from './webhooks.dto'

export type WebhookRecord = Webhook

@Injectable()
export class WebhooksRepository {
  constructor(
    private readonly database: Database,
    private readonly sealed: SealedRows,
  ) {}

  list(query: WebhookQuery): Promise<WebhookRecord[]> {
    const page = newestFirst(query)
    const name = query.name === undefined ? {} : { name: query.name }
    return this.database.prisma.webhook.findMany({ ...page, where: { ...page.where, ...name } })
  }

  /** Throws when the row is not what the control plane last wrote. */
  find(id: string): Promise<WebhookRecord | null> {
    const load = () => this.database.prisma.webhook.findUnique({ where: { id } })
    return this.sealed.readOne(load, sealedWebhook)
  }

  /** The ids of all that were not reached yet. Which of them are to be, their rows say, once they are believed. */
  async unreached(reached: readonly string[], take: number): Promise<readonly string[]> {
    const where = { id: { notIn: [...reached] } }
    const query = { take, orderBy: { id: 'asc' }, where, select: { id: true } } as const
    return (await this.database.prisma.webhook.findMany(query)).map(({ id }) => id)
  }

  /** Seals every webhook as it stands. */
  async resealAll(tx: Transaction): Promise<number> {
    return this.sealed.keepAll(tx, (await tx.webhook.findMany()).map(sealedWebhook))
  }

  count(tx: Transaction): Promise<number> {
    return tx.webhook.count()
  }

  async create(
    tx: Transaction,
    id: string,
    fields: CreateWebhook,
    sealed: Sealed,
  ): Promise<WebhookRecord> {
    const data = { id, ...fields, ...sealed }
    const created = tx.webhook.create({ data })
    return this.keep(tx, await orConflict(`webhook ${fields.name}`, created))
  }

  /** Null = there is none of this version. */
  async update(
    tx: Transaction,
    id: string,
    version: number,
    fields: Partial<UpdateWebhook>,
  ): Promise<WebhookRecord | null> {
    const data = { ...fields, version: { increment: 1 } } as never
    const changed = tx.webhook.updateManyAndReturn({ where: { id, version }, data })
    const [webhook] = await orConflict('a webhook of this name', changed)
    return webhook === undefined ? null : this.keep(tx, webhook)
  }

  /** The secret in force becomes the previous one. Null = there is none of this version. */
  async rotate(
    tx: Transaction,
    { id, version }: Pick<WebhookRecord, 'id' | 'version'>,
    next: Sealed,
    previous: { readonly secret: Bytes | null; readonly until: Date | null },
  ): Promise<WebhookRecord | null> {
    const data = {
      ...next,
      previousSecret: previous.secret,
      previousUntil: previous.until,
      version: { increment: 1 },
    }
    const [webhook] = await tx.webhook.updateManyAndReturn({ where: { id, version }, data })
    return webhook === undefined ? null : this.keep(tx, webhook)
  }

  async delete(tx: Transaction, id: string, version: number): Promise<boolean> {
    const { count } = await tx.webhook.deleteMany({ where: { id, version } })
    if (count === 1) this.sealed.drop(tx, 'webhook', id)
    return count === 1
  }

  private async keep(tx: Transaction, webhook: WebhookRecord): Promise<WebhookRecord> {
    await this.sealed.keep(tx, sealedWebhook(webhook))
    return webhook
  }
}
