import { createServer, type Server } from 'node:http'
import { mayReadMetrics, type Secret } from '@wardgate/config'
import { ConfigError } from '@wardgate/errors'
import type { Registry } from 'prom-client'
import { type Address, staysOnMachine } from '../config/address'

/** Why the agent cannot serve now; empty = ready. */
export type Readiness = () => readonly string[]

/** What does not keep the agent from serving and yet needs somebody; empty = nothing. */
export type Warnings = () => readonly string[]

export interface HealthServerOptions {
  readonly address: Address
  readonly metrics: Registry
  readonly metricsToken: Secret | undefined
  readonly readiness: Readiness
  readonly warnings: Warnings
}

type Route = (authorization: string | undefined) => Promise<Answer> | Answer

export async function startHealthServer({
  address,
  metrics,
  metricsToken: token,
  readiness,
  warnings,
}: HealthServerOptions): Promise<Server> {
  const stays = staysOnMachine(address)
  const routes: Readonly<Record<string, Route>> = {
    '/health/live': () => json(200, { status: 'live' }),
    '/health/ready': () => {
      const problems = readiness()
      const status = problems.length === 0 ? 'ready' : 'unready'
      return json(problems.length === 0 ? 200 : 503, { status, problems, warnings: warnings() })
    },
    '/metrics': async (authorization) =>
      mayReadMetrics({ token, stays }, authorization)
        ? { status: 200, type: metrics.contentType, body: await metrics.metrics() }
        : json(401, {
            code: 'ERR_AUTH_MISSING',
            nextStep: 'Set WARDGATE_METRICS_TOKEN, and send it as a bearer token.',
          }),
  }
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? ''
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined
    const known = route !== undefined && request.method === 'GET'
    Promise.resolve(
      known ? route(request.headers.authorization) : json(404, { status: 'not found' }),
    ).then(
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
