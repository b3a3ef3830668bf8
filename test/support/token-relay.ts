import { once } from 'node:events'
import { createServer, request } from 'node:http'

export interface TokenRelay {
  readonly url: string
  stop(): Promise<void>
}

/** Adds a token to what passes, for clients that cannot be told of one. */
export async function startTokenRelay(to: string, token: string): Promise<TokenRelay> {
  const { hostname, port, pathname } = new URL(to)
  const server = createServer((asked, answer) => {
    const headers = { ...asked.headers, 'proxy-authorization': `Bearer ${token}` }
    const path = `${pathname}${asked.url ?? ''}`
    const passed = request({ hostname, port, path, method: asked.method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers)
      // Event streams have to be seen to begin before their first event.
      answer.flushHeaders()
      response.pipe(answer)
      response.once('error', () => answer.destroy())
    })
    passed.once('error', () => answer.destroy())
    answer.once('close', () => passed.destroy())
    asked.pipe(passed)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    async stop() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
