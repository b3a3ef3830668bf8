import { z } from 'zod'
import { pageOf, pageQuery } from '../common/http/page'
import { timeRange } from '../common/http/time-range'

export const sessionsQuery = pageQuery.extend({
  state: z.enum(['open', 'ended']).optional(),
  connection: z.string().max(100).optional(),
  principal: z.string().max(200).optional(),
  agent: z.string().max(100).optional(),
  ...timeRange,
})
export type SessionsQuery = z.output<typeof sessionsQuery>

export const operationsQuery = pageQuery.extend({
  sessionId: z.uuid().toLowerCase().optional(),
  connection: z.string().max(100).optional().describe('Only on the connection of this name.'),
  status: z
    .enum(['forwarded', 'refused', 'succeeded', 'failed', 'cancelled', 'unknown'])
    .optional(),
  action: z.string().max(300).optional(),
  traceId: z
    .string()
    .regex(/^[0-9a-f]{32}$/, 'must be a W3C trace id: 32 hex digits')
    .optional()
    .describe('Only operations whose text claims this trace.'),
  ...timeRange,
})
export type OperationsQuery = z.output<typeof operationsQuery>

export const recordingQuery = z.strictObject({
  follow: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true')
    .describe('Goes on with what is recorded from now on, until the session ends.'),
})
export type RecordingQuery = z.output<typeof recordingQuery>

export const sessionAnswer = z.object({
  id: z.uuid(),
  connectionId: z.uuid(),
  connection: z.string(),
  protocol: z.string(),
  principalId: z.uuid(),
  principal: z.string(),
  agentId: z.uuid(),
  agent: z.string(),
  database: z.string(),
  clientAddress: z.string(),
  claimed: z.record(z.string(), z.string()),
  state: z.enum(['open', 'ended']),
  endReason: z.string(),
  operations: z.number().int(),
  bytesIn: z.string(),
  bytesOut: z.string(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
})
export const sessionsAnswer = pageOf(sessionAnswer)

export const operationAnswer = z.object({
  id: z.uuid(),
  sessionId: z.uuid(),
  kind: z.string(),
  summary: z.string(),
  text: z.string(),
  textDigest: z.string(),
  textBytes: z.string(),
  parameters: z.array(z.record(z.string(), z.unknown())),
  status: z.string(),
  determinedBy: z.array(z.object({ policy: z.string(), rule: z.string() })),
  actions: z.array(z.string()),
  approvalId: z.uuid().nullable(),
  rows: z.string(),
  bytes: z.string(),
  maskedCells: z.string(),
  completion: z.string(),
  errorCode: z.string(),
  errorMessage: z.string(),
  durationMicros: z.string().nullable(),
  traceId: z.string().nullable().describe('Claimed by the client; never an allow condition.'),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
})
export const operationsAnswer = pageOf(operationAnswer)

export const killRequest = z.strictObject({ reason: z.string().min(1).max(500) })
export type KillRequest = z.output<typeof killRequest>
