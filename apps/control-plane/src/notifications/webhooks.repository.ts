import { Injectable } from '@nestjs/common'
import { Database } from '../common/database/database'
import { orConflict } from '../common/database/prisma-errors'
import type { Transaction } from '../common/database/transaction'
import { newestFirst } from '../common/http/page'
import type { Bytes } from '../common/sealing/envelope'
import type { Sealed } from '../common/sealing/seal.service'
import type { Webhook } from '../generated/prisma/client'
import type { CreateWebhook, UpdateWebhook, WebhookQuery } from './webhooks.dto'

export type WebhookRecord = Webhook

@Injectable()
export class WebhooksRepository {
  constructor(private readonly database: Database) {}

  list(query: WebhookQuery): Promise<WebhookRecord[]> {
    const page = newestFirst(query)
    const name = query.name === undefined ? {} : { name: query.name }
    return this.database.prisma.webhook.findMany({ ...page, where: { ...page.where, ...name } })
  }

  find(id: string): Promise<WebhookRecord | null> {
    return this.database.prisma.webhook.findUnique({ where: { id } })
  }

  /** Who wants to hear of the topic and has not yet. */
  listening(topic: string, reached: readonly string[], take: number): Promise<WebhookRecord[]> {
    return this.database.prisma.webhook.findMany({
      take,
      orderBy: { id: 'asc' },
      where: { enabled: true, topics: { has: topic }, id: { notIn: [...reached] } },
    })
  }

  count(tx: Transaction): Promise<number> {
    return tx.webhook.count()
  }

  create(
    tx: Transaction,
    id: string,
    fields: CreateWebhook,
    sealed: Sealed,
  ): Promise<WebhookRecord> {
    const data = { id, ...fields, ...sealed }
    return orConflict(`webhook ${fields.name}`, tx.webhook.create({ data }))
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
    return (await orConflict('a webhook of this name', changed))[0] ?? null
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
    return (await tx.webhook.updateManyAndReturn({ where: { id, version }, data }))[0] ?? null
  }

  async delete(tx: Transaction, id: string, version: number): Promise<boolean> {
    return (await tx.webhook.deleteMany({ where: { id, version } })).count === 1
  }
}
