import { z } from 'zod'
import { pageOf, pageQuery } from '../common/http/page'

/** What can be told: topics of the outbox. */
export const topics = ['approval.requested', 'approval.decided'] as const
const topic = z.enum(topics)

const fields = {
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be a name such as on-call'),
  url: z
    .url({ protocol: /^https?$/ })
    .max(2_000)
    .refine((url) => new URL(url).username === '', 'must not hold a password'),
  topics: z.array(topic).min(1).max(topics.length),
  enabled: z.boolean(),
}

export const createWebhook = z.strictObject({
  ...fields,
  topics: fields.topics.default([...topics]),
  enabled: fields.enabled.default(true),
})
export type CreateWebhook = z.output<typeof createWebhook>

export const updateWebhook = z.strictObject(fields).partial()
export type UpdateWebhook = z.output<typeof updateWebhook>

export const webhookQuery = pageQuery.extend({ name: z.string().max(63).optional() })
export type WebhookQuery = z.output<typeof webhookQuery>

export const webhookAnswer = z.object({
  id: z.uuid(),
  name: z.string(),
  url: z.string(),
  topics: z.array(z.string()),
  enabled: z.boolean(),
  previousUntil: z.iso
    .datetime()
    .nullable()
    .describe('Until then messages are signed with the secret before the last rotation too.'),
  version: z.number().int(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
})
export const webhookPage = pageOf(webhookAnswer)

const longestOverlapSeconds = 30 * 86_400

export const rotateSecret = z.strictObject({
  overlapSeconds: z
    .int()
    .min(0)
    .max(longestOverlapSeconds)
    .default(86_400)
    .describe('How long the old secret signs beside the new one; 0 = no longer.'),
})
export type RotateSecret = z.output<typeof rotateSecret>

export const createdWebhook = webhookAnswer.extend({
  secret: z.string().describe('Key of the signatures. Shown this once.'),
})
