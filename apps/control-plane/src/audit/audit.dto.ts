import { z } from 'zod'
import { pageOf, pageQuery } from '../common/http/page'
import { timeRange } from '../common/http/time-range'

export const entriesQuery = pageQuery.extend({
  kind: z.string().max(100).optional(),
  sessionId: z.uuid().toLowerCase().optional(),
  principalId: z.uuid().toLowerCase().optional(),
  ...timeRange,
})
export type EntriesQuery = z.output<typeof entriesQuery>

const entryAnswer = z.object({
  index: z.number().int(),
  kind: z.string(),
  time: z.iso.datetime(),
  principalId: z.uuid().nullable(),
  sessionId: z.uuid().nullable(),
  operationId: z.uuid().nullable(),
  agentId: z.uuid().nullable(),
  body: z.record(z.string(), z.unknown()),
  leafHash: z.string(),
})
export const entriesAnswer = pageOf(entryAnswer)

export const evidenceRequest = z.strictObject({
  sessionId: z.uuid().toLowerCase().optional(),
  ...timeRange,
})
export type EvidenceRequest = z.output<typeof evidenceRequest>
