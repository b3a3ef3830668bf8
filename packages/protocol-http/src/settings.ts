import type { Schema } from '@wardgate/gateway'
import { z } from 'zod'
import { judging } from './settings-judging'

const headerName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

const shape = z.strictObject({
  hostSuffix: z
    .string()
    .regex(/^[a-z0-9.-]*$/)
    .default('localhost')
    .describe('The connection also answers to the host name `<connection>.<suffix>`; empty = not.'),
  tokenHeader: z
    .string()
    .regex(headerName)
    .optional()
    .describe('Header that carries the token, before Proxy-Authorization and Authorization.'),
  proxyHosts: z
    .array(
      z
        .string()
        .max(260)
        .regex(/^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::[1-9]\d{0,4})?$/),
    )
    .max(50)
    .default([])
    .describe(
      'Hosts that clients reach through this connection by forward proxy; without a port, at 80 and 443.',
    ),
  authority: z
    .string()
    .regex(/^[A-Za-z0-9.-]+(:\d{1,5})?$/)
    .optional()
    .describe('Host that the target is asked for; absent = its TLS name or its first endpoint.'),
  maxBodyBytes: z
    .int()
    .min(0)
    .max(64 * 1024 * 1024)
    .default(1024 * 1024)
    .describe('Request bodies up to this are read whole and judged; larger ones are opaque.'),
  bodyMillis: z
    .int()
    .min(100)
    .max(3_600_000)
    .default(30_000)
    .describe('Time for a request body that is read whole to arrive.'),
  keepAliveMillis: z
    .int()
    .min(100)
    .max(3_600_000)
    .default(60_000)
    .describe('How long a client connection may be idle between requests.'),
  encodedSlash: z
    .enum(['refuse', 'keep'])
    .default('refuse')
    .describe('What happens to `%2F` and `%5C` in a path.'),
  pathParameters: z
    .enum(['refuse', 'keep'])
    .default('refuse')
    .describe('What happens to `;` in a path.'),
  profile: z
    .enum(['plain', 'mcp'])
    .default('plain')
    .describe('What the target speaks over HTTP: anything, or the Model Context Protocol.'),
  mcp: z
    .strictObject({
      path: z
        .string()
        .max(1_000)
        .regex(/^\/[^?#]*$/)
        .default('/mcp')
        .describe('Where the server is at the target; nothing else there is reached.'),
      serverRequests: z
        .array(z.enum(['sampling/createMessage', 'elicitation/create', 'roots/list', 'ping']))
        .default(['ping'])
        .describe('What the server may ask the client for.'),
      origins: z
        .array(z.url().max(300))
        .max(50)
        .default([])
        .describe("Origins of pages that may ask from a browser, besides this machine's own."),
      hiddenText: z
        .enum(['strip', 'refuse', 'pass'])
        .default('strip')
        .describe('What happens to text of the server that nobody sees and a model reads.'),
      ui: z
        .enum(['withhold', 'pass'])
        .default('withhold')
        .describe('What happens to resources that a client would render (`ui://`).'),
    })
    .prefault({}),
  ...judging,
  redirects: z
    .enum(['refuse', 'pass'])
    .default('refuse')
    .describe('What happens to redirects that lead to another host.'),
  upstream: z
    .strictObject({
      connections: z
        .int()
        .min(1)
        .max(1024)
        .default(64)
        .describe('Connections to the target for one principal.'),
      keepAliveMillis: z
        .int()
        .min(0)
        .max(600_000)
        .default(10_000)
        .describe('How long an idle one is kept; 0 = every request has its own.'),
      connectMillis: z
        .int()
        .min(100)
        .max(60_000)
        .default(10_000)
        .describe('Time for the target to accept and encrypt.'),
      headersMillis: z
        .int()
        .min(100)
        .max(3_600_000)
        .default(300_000)
        .describe('Time for the target to begin its response.'),
      bodyMillis: z
        .int()
        .min(0)
        .max(3_600_000)
        .default(300_000)
        .describe('Longest silence within a response; 0 = any.'),
      http2: z.boolean().default(true).describe('Whether HTTP/2 is offered to a target with TLS.'),
    })
    .prefault({}),
})

export type HttpSettings = z.infer<typeof shape>

export const settings: Schema<HttpSettings> = {
  parse: (input) => shape.parse(input ?? {}),
  jsonSchema: z.toJSONSchema(shape, { io: 'input' }),
}
