import { createServer, type Server } from 'node:http'
import { ConfigError } from '@wardgate/errors'
import type { Registry } from 'prom-client'
import type { Address } from '../config/address'

/** Why the agent cannot serve now; empty = ready. */
export type Readiness = () => readonly string[]

export async function startHealthServer(
  address: Address,
  metrics: Registry,
  readiness: Readiness,
): Promise<Server> {
  const routes: Readonly<Record<string, () => Promise<Answer> | Answer>> = {
    '/health/live': () => json(200, { status: 'live' }),
    '/health/ready': () => {
      const problems = readiness()
      const status = problems.length === 0 ? 'ready' : 'unready'
      return json(problems.length === 0 ? 200 : 503, { status, problems })
    },
    '/metrics': async () => ({
      status: 200,
      type: metrics.contentType,
      body: await metrics.metrics(),
    }),
  }
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? ''
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined
    const known = route !== undefined && request.method === 'GET'
    Promise.resolve(known ? route() : json(404, { status: 'not found' })).then(
      ({ status, type, body }) => {
        response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' })
        response.end(body)
      },
      () => response.destroy(),
    )
  })
  server.headersTimeout = 5000
  server.requestTimeout = 5000
  server.maxConnections = 64
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new ConfigError('ERR_CONFIG_INVALID', 'cannot listen on WARDGATE_HEALTH_LISTEN', { cause }),
      ),
    )
    const where = address.kind === 'unix' ? { path: address.path } : address
    server.listen(where, resolve)
  })
  return server
}

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

function json(status: number, body: object): Answer {
  return { status, type: 'application/json', body: JSON.stringify(body) }
}
