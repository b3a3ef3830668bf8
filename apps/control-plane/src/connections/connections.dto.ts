import { z } from 'zod'
import { pageOf, pageQuery } from '../common/http/page'
import { queryFlag } from '../principals/principals.dto'

const port = z.number().int().min(1).max(65_535)

const endpoint = z.strictObject({
  host: z
    .string()
    .min(1)
    .max(255)
    .regex(/^[^\s/@]+$|^\/[^\0]+$/, "must be a host name, an address or a unix socket's path"),
  port,
})

const tls = z.strictObject({
  mode: z.enum(['disable', 'require', 'verify-full']),
  ca: z
    .string()
    .max(100_000)
    .regex(/-----BEGIN CERTIFICATE-----/, 'must be PEM certificates')
    .optional()
    .describe("Absent = the system's roots."),
  serverName: z.string().max(255).optional(),
})

const limits = z.strictObject({
  idleSeconds: z.number().int().min(0).max(604_800).default(3600).describe('0 = no limit.'),
  statementSeconds: z.number().int().min(0).max(86_400).default(0).describe('0 = no limit.'),
  maxMessageBytes: z
    .number()
    .int()
    .min(1024)
    .max(1 << 30)
    .default(64 << 20),
})

export const connectionName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'must be lower-case letters, digits and . _ -')

const labels = z
  .record(z.string().regex(/^[a-z0-9][a-z0-9._/-]{0,62}$/), z.string().max(200))
  .refine((value) => Object.keys(value).length <= 50, 'must have at most 50 labels')

const fields = {
  name: connectionName,
  protocol: z.string().min(1).max(63),
  description: z.string().max(1000),
  endpoints: z.array(endpoint).min(1).max(16).describe('Tried in order.'),
  tls,
  database: z.string().max(200).describe('When the client names none.'),
  settings: z
    .record(z.string(), z.unknown())
    .describe("Valid under the protocol's own schema, see GET /v1/protocols."),
  limits,
  fsync: z.enum(['before-forward', 'batched']),
  recording: z.enum(['full', 'statements', 'off']),
  labels,
  enabled: z.boolean(),
}

export const createConnection = z.strictObject({
  ...fields,
  description: fields.description.default(''),
  tls: tls.default({ mode: 'verify-full' }),
  database: fields.database.default(''),
  settings: fields.settings.default({}),
  limits: limits.prefault({}),
  fsync: fields.fsync.default('batched'),
  recording: fields.recording.default('full'),
  labels: labels.default({}),
  enabled: fields.enabled.default(true),
})
export type CreateConnection = z.output<typeof createConnection>

const { protocol: _protocol, ...changeable } = fields
/** The protocol is fixed: policies and recordings refer to it. */
export const updateConnection = z.strictObject(changeable).partial()
export type UpdateConnection = z.output<typeof updateConnection>

export const connectionQuery = pageQuery.extend({
  name: connectionName.optional(),
  protocol: z.string().max(63).optional(),
  enabled: queryFlag.optional(),
})
export type ConnectionQuery = z.output<typeof connectionQuery>

export const connectionAnswer = z.object({
  id: z.uuid(),
  ...fields,
  version: z.number().int(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
})
export const connectionPage = pageOf(connectionAnswer)

/** Shapes of what the database holds as JSON. */
export const stored = { endpoints: z.array(endpoint), tls, limits, labels }

export const protocolList = z.object({
  items: z.array(
    z.object({
      name: z.string(),
      defaultPort: z.number().int(),
      capabilities: z.looseObject({}),
      settings: z.looseObject({}).describe('JSON Schema of the settings.'),
    }),
  ),
})
