import type { Schema } from '@wardgate/gateway'
import { z } from 'zod'

const shape = z.strictObject({
  allowFunctionCall: z
    .boolean()
    .default(false)
    .describe('Whether fast-path function calls may be submitted; they name a function by number.'),
  sslNegotiation: z
    .enum(['postgres', 'direct'])
    .default('postgres')
    .describe(
      'How TLS to the target begins: with SSLRequest, or at once (PostgreSQL 17 and newer).',
    ),
  channelBinding: z
    .enum(['prefer', 'require', 'disable'])
    .default('prefer')
    .describe('SCRAM channel binding towards the target when TLS is used.'),
  startupParameters: z
    .array(z.string().regex(/^[a-z_][a-z0-9_.]*$/))
    .max(32)
    .default([])
    .describe('Session settings that clients may set at connect besides the harmless ones.'),
  connectMillis: z
    .int()
    .min(100)
    .max(60_000)
    .default(10_000)
    .describe('Time for one host of the target to accept, encrypt and authenticate.'),
  pool: z
    .strictObject({
      warm: z
        .int()
        .min(0)
        .max(64)
        .default(1)
        .describe('Fresh connections kept ready per database; each serves one session.'),
      maxIdle: z
        .int()
        .min(0)
        .max(64)
        .default(4)
        .describe('Connections kept after a session ended, for each principal.'),
      maxKept: z
        .int()
        .min(0)
        .max(512)
        .default(32)
        .describe(
          'Connections of either kind kept in all: for every principal, with any settings.',
        ),
      idleSeconds: z.int().min(1).max(3600).default(60).describe('How long either is kept.'),
    })
    .default({ warm: 1, maxIdle: 4, maxKept: 32, idleSeconds: 60 }),
})

export type PostgresSettings = z.infer<typeof shape>

export const settings: Schema<PostgresSettings> = {
  parse: (input) => shape.parse(input ?? {}),
  jsonSchema: z.toJSONSchema(shape, { io: 'input' }),
}
