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

export const entryParams = z.strictObject({
  index: z
    .string()
    .regex(/^(0|[1-9]\d{0,14})$/, 'must be the number of an entry')
    .transform(Number),
})
export type EntryParams = z.output<typeof entryParams>

export const provenEntryAnswer = entryAnswer.extend({
  leaf: z.string().describe('Exactly the text that was hashed.'),
  checkpoint: z.string().describe('A signed checkpoint of a tree that has the entry.'),
  inclusionProof: z
    .array(z.string())
    .describe('RFC 6962 2.1.1 for that tree: sibling hashes from the leaf up, hex.'),
})

export const evidenceRequest = z.strictObject({
  sessionId: z.uuid().toLowerCase().optional(),
  ...timeRange,
})
export type EvidenceRequest = z.output<typeof evidenceRequest>
