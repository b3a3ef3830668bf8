// A target that answers as a row says: any HTTP at `/a/<name>`, and a server of MCP at `/mcp`.
import { createServer } from 'node:http'

/** `answers` has an HTTP answer, or the result of a call in MCP, by the name of the row. */
export async function startAnswering(answers) {
  const seen = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    seen.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)} ${body}`)
    if (request.url === '/mcp') return speak(response, JSON.parse(body), answers)
    const {
      status = 200,
      reason,
      headers,
      trailers,
      body: text,
    } = answers.get(request.url.slice(3))
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    if (trailers !== undefined) response.setHeader('trailer', Object.keys(trailers).join())
    response.writeHead(status, ...(reason === undefined ? [] : [reason]))
    response.write(text)
    if (trailers !== undefined) response.addTrailers(trailers)
    response.end()
  })
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  return {
    port: server.address().port,
    seen: () => seen,
    async stop() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

/** The id of the call is the name of its row. */
function speak(response, { id }, answers) {
  const { error, ...result } = answers.get(id) ?? {}
  const message = { jsonrpc: '2.0', id, ...(error === undefined ? { result } : { error }) }
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(message))
}
