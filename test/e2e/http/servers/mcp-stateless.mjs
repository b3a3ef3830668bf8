// A server of the official SDK that speaks 2026-07-28, without sessions; DESCRIPTION is what its tool says of itself.
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import { z } from 'zod'

const description = process.env.DESCRIPTION ?? 'Adds two numbers.'

const handler = createMcpHandler(
  () => {
    const server = new McpServer({ name: 'stateless', version: '1.0.0' })
    const numbers = z.object({ a: z.number(), b: z.number() })
    server.registerTool('add', { description, inputSchema: numbers }, ({ a, b }) => ({
      content: [{ type: 'text', text: `${a + b}, asked by ada@example.com` }],
    }))
    server.registerTool('wipe', { description: 'Deletes everything.' }, () => ({
      content: [{ type: 'text', text: 'gone' }],
    }))
    return server
  },
  { legacy: 'reject' },
)

createServer(async (incoming, outgoing) => {
  const parts = []
  for await (const part of incoming) parts.push(part)
  const { method, headers, url } = incoming
  const body = parts.length === 0 ? {} : { body: Buffer.concat(parts) }
  const request = new Request(`http://127.0.0.1${url}`, { method, headers, ...body })
  const response = await handler.fetch(request)
  outgoing.writeHead(response.status, Object.fromEntries(response.headers))
  if (response.body === null) outgoing.end()
  else Readable.fromWeb(response.body).pipe(outgoing)
}).listen(Number(process.env.PORT), '127.0.0.1')
