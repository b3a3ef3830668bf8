import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly headers: IncomingMessage['headers']
  readonly body: unknown
}

export type Answer = (request: SeenRequest) => { status?: number; body: unknown }

/** A control plane that answers what a test tells it to, and remembers what it was asked. */
export async function fakeServer(routes: Readonly<Record<string, Answer>>) {
  const seen: SeenRequest[] = []
  const server = createServer((request, response) => {
    void answer(request, response, routes, seen)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  routes: Readonly<Record<string, Answer>>,
  seen: SeenRequest[],
): Promise<void> {
  let text = ''
  for await (const chunk of request as AsyncIterable<Buffer>) text += chunk.toString()
  const url = new URL(request.url ?? '/', 'http://x')
  const isJson = request.headers['content-type']?.includes('json') === true
  const asked: SeenRequest = {
    method: request.method ?? '',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: request.headers,
    body: isJson ? (JSON.parse(text) as unknown) : text,
  }
  seen.push(asked)
  const found = routes[`${asked.method} ${asked.path}`]
  const { status = 200, body } = found?.(asked) ?? {
    status: 404,
    body: { code: 'ERR_REQUEST_NOT_FOUND', detail: 'no such thing', nextStep: 'List them.' },
  }
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}
