import type { SealedRow } from '../common/sealing/sealed-rows'
import type { Webhook } from '../generated/prisma/client'

/** Where it leads, of what, and with which secret: not how that is wrapped, which another master key changes. */
export function sealedWebhook(webhook: Webhook): SealedRow {
  const { id, name, url, topics, enabled, sealed, previousUntil } = webhook
  const secret = Buffer.from(sealed).toString('hex')
  const until = previousUntil?.toISOString() ?? null
  const fields = { id, name, url, topics: [...topics], enabled, secret, previousUntil: until }
  return { kind: 'webhook', id, fields }
}
