// A client of the official SDK, pinned to 2026-07-28: node mcp-stateless.mjs URL TOKEN
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'

const [url, token] = process.argv.slice(2)
const headers = { authorization: `Bearer ${token}` }
const client = new Client(
  { name: 'spec', version: '1.0.0' },
  { versionNegotiation: { mode: { pin: '2026-07-28' } } },
)
await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }))

const call = async (name, args) => {
  const { isError = false, content } = await client.callTool({ name, arguments: args })
  return { isError, text: content.map(({ text }) => text).join('') }
}
const { tools } = await client.listTools()
const seen = {
  version: client.getNegotiatedProtocolVersion(),
  tools: tools.map(({ name }) => name),
  sum: await call('add', { a: 2, b: 3 }),
  denied: await call('wipe', {}),
}
await client.close()
process.stdout.write(JSON.stringify(seen))
