import { z } from 'zod'
import { pageOf } from '../common/http/page'

const day = 86_400
const name = z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}$/, 'must be a plain name')

export const newJoinToken = z.strictObject({
  agentName: name,
  connections: z.array(z.string().max(100)).max(500).default([]),
  expiresInSeconds: z
    .number()
    .int()
    .min(60)
    .max(7 * day)
    .default(3_600),
})
export type NewJoinTokenRequest = z.output<typeof newJoinToken>

export const createdJoinToken = z.object({
  id: z.uuid(),
  token: z.string().describe('Shown this once.'),
  expiresAt: z.iso.datetime(),
})
export const joinTokensAnswer = pageOf(
  z.object({
    id: z.uuid(),
    agentName: z.string(),
    connections: z.array(z.string()),
    expiresAt: z.iso.datetime(),
    usedAt: z.iso.datetime().nullable(),
    usedByAgent: z.uuid().nullable(),
    createdBy: z.string(),
    createdAt: z.iso.datetime(),
  }),
)

const listener = z.strictObject({
  protocol: z.string().max(50),
  address: z.string().min(1).max(300),
  connection: z.string().max(100).default(''),
})

export const agentAnswer = z.object({
  id: z.uuid(),
  name: z.string(),
  labels: z.record(z.string(), z.string()),
  serial: z.string(),
  certificateUntil: z.iso.datetime().nullable(),
  revokedAt: z.iso.datetime().nullable(),
  softwareVersion: z.string(),
  protocols: z.array(z.string()),
  listeners: z.array(listener),
  health: z.record(z.string(), z.unknown()),
  lastSeenAt: z.iso.datetime().nullable(),
  backlog: z
    .object({
      connected: z.boolean(),
      entries: z.number().int().nullable(),
      oldestSeconds: z.number().int().nullable(),
    })
    .describe(
      'Audit entries that the agent told to have written and that have not arrived; null = it has not told.',
    ),
  connections: z
    .array(z.object({ id: z.uuid(), name: z.string(), listeners: z.array(listener) }))
    .optional(),
  version: z.number().int(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
})
export const agentsAnswer = pageOf(agentAnswer)

export const agentChange = z.strictObject({
  name: name.optional(),
  labels: z.record(z.string().max(100), z.string().max(200)).optional(),
})
export type AgentChange = z.output<typeof agentChange>

export const assignment = z.strictObject({ listeners: z.array(listener).max(20).default([]) })
export type AssignmentRequest = z.output<typeof assignment>

export const assignmentParams = z.strictObject({ id: z.uuid(), connectionId: z.uuid() })
export type AssignmentParams = z.output<typeof assignmentParams>
