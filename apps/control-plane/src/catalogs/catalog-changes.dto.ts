import { z } from 'zod'
import { pageOf } from '../common/http/page'

const digest = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe('SHA-256 over the manifest of the catalog.')

const change = z.object({
  what: z.enum(['relation', 'routine', 'type', 'operator', 'cast', 'event-trigger', 'publication']),
  change: z.enum(['added', 'removed', 'changed']),
  name: z.string().describe('Schema-qualified where there is a schema, else an object id.'),
  columns: z
    .array(z.string())
    .optional()
    .describe('Of a changed relation: such as `added email`, `renamed a to b`.'),
})

export const catalogStep = z.object({
  id: z.uuid(),
  database: z.string(),
  agentId: z.uuid().describe('The agent that reported it.'),
  former: digest,
  digest,
  changes: z.array(change).describe('At most 500; `total` counts them all.'),
  total: z.number().int(),
  storedAt: z.iso.datetime(),
})
export const catalogStepPage = pageOf(catalogStep)
