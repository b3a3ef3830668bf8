import { z } from 'zod'

const template = z.string().max(1_000).regex(/^\//)
const maxDocumentCharacters = 512 * 1024

const route = z.strictObject({
  method: z.string().regex(/^(?:[A-Za-z]{1,32}|\*)$/),
  path: template.describe('`/v1/users/{id}`.'),
  action: z
    .enum(['read', 'write', 'delete', 'insert', 'update', 'execute', 'admin'])
    .optional()
    .describe('What a request on it does; absent = what its method says.'),
  operation: z.string().max(200).optional().describe('Becomes `http.operationId`.'),
  body: z
    .enum(['judged', 'any'])
    .optional()
    .describe('any: no rule looks into the body, so one that cannot be read is not opaque.'),
})

const argument = z.strictObject({
  tool: z
    .string()
    .max(200)
    .describe('Name of a tool with `*`; for requests method and path or route, `POST /v1/query`.'),
  argument: z
    .string()
    .max(200)
    .describe('Name with dots for members; for requests `body.<name>` or `query.<name>`.'),
  as: z.enum(['sql', 'shell', 'url']),
})

/** Settings that say how requests are read: the control plane judges by them, the engine does not look at them. */
export const judging = {
  openapi: z
    .record(z.string(), z.unknown())
    .refine((document) => JSON.stringify(document).length <= maxDocumentCharacters, {
      message: `must have at most ${maxDocumentCharacters} characters`,
    })
    .optional()
    .describe(
      'OpenAPI 3 document: its operations name routes; `x-wardgate-action` says what one does.',
    ),
  routes: z.array(route).max(1_000).optional().describe("Go before the OpenAPI document's."),
  factHeaders: z
    .array(z.string().max(100))
    .max(50)
    .optional()
    .describe('Headers that rules may read, besides a few that they always may.'),
  graphql: z
    .array(z.string().max(1_000))
    .max(50)
    .optional()
    .describe('Paths of GraphQL endpoints with `*`; `*/graphql` when absent.'),
  arguments: z
    .array(argument)
    .max(200)
    .optional()
    .describe('Texts in requests and tool calls that are judged as SQL, commands or URLs.'),
}
