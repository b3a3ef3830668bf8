import { z } from 'zod'

export const explainedKinds = [
  'statement',
  'command',
  'file',
  'forward',
  'request',
  'message',
  'tool-call',
  'replication',
] as const

export const explainRequest = z.strictObject({
  connection: z.string().max(100),
  principal: z
    .string()
    .max(400)
    .optional()
    .describe(
      'An id, `group:<name>`, `<issuer>|<subject>`, or a subject that one issuer alone knows; absent = the caller.',
    ),
  database: z.string().max(200).optional(),
  operation: z.strictObject({
    kind: z
      .enum(explainedKinds)
      .optional()
      .describe("Absent = what the connection's protocol is mostly used for."),
    text: z
      .string()
      .max(1_000_000)
      .describe(
        'The statement; the command line, empty = a shell; `write PATH`, `rename PATH PATH` and the like for a file; `out HOST:PORT` or `in HOST:PORT` for a forwarded stream; `METHOD /path`, headers, an empty line and the body of an HTTP request; `/path MESSAGE` for a message of a WebSocket, a binary one as `base64:…`; a JSON-RPC message for a tool call; `logical COMMAND` or `physical COMMAND` for replication.',
      ),
    terminal: z.boolean().default(false).describe('Whether a command has a terminal.'),
    parameters: z.array(z.string().nullable()).max(1_000).default([]),
    phase: z.enum(['simple', 'prepare', 'execute']).default('simple'),
  }),
})
export type ExplainRequest = z.output<typeof explainRequest>

export const explainAnswer = z.object({
  facts: z.record(z.string(), z.unknown()),
  verdict: z.object({
    kind: z.enum(['allow', 'deny', 'require-approval']),
    message: z.string(),
    determinedBy: z.array(z.object({ policy: z.string(), rule: z.string() })),
    approval: z
      .object({
        approvers: z.array(z.string()),
        quorum: z.number().int(),
        expiresInSeconds: z.number().int(),
        holdSeconds: z.number().int(),
        reasonRequired: z.boolean(),
      })
      .optional()
      .describe('Who would be asked; absent unless it would be held.'),
  }),
  consulted: z.array(z.record(z.string(), z.unknown())),
  masking: z.record(z.string(), z.unknown()).nullable(),
  memo: z.enum(['once', 'exact', 'shape']),
})
