import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { timingSafeEqual } from 'node:crypto'
import { Pool } from 'pg'
import { description } from './description'
import { isInvalid, routes } from './routes'

/** The sample's HTTP service over the sample database: what a team's internal API looks like from outside. */
const { SHOP_API_PORT = '', SHOP_API_KEY = '', DATABASE_URL = '' } = process.env
const maxBodyBytes = 64 * 1024
const pool = new Pool({ connectionString: DATABASE_URL, max: 4 })
pool.on('error', () => undefined)

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://shop-api')
  if (pathname === '/health') return send(response, 200, { status: 'ok' })
  if (!isKnown(request.headers['x-api-key'])) return send(response, 401, { error: 'no API key' })
  if (pathname === '/openapi.json') return send(response, 200, description)
  const body = await readJson(request)
  for (const { method, pattern, run } of routes) {
    const groups = pattern.exec(pathname)?.groups ?? (pattern.test(pathname) ? {} : undefined)
    if (method !== request.method || groups === undefined) continue
    const found = await run(pool, { id: Number(groups['id'] ?? 0), query: searchParams, body })
    return found === undefined
      ? send(response, 404, { error: 'there is no such thing' })
      : send(response, method === 'POST' ? 201 : 200, found)
  }
  return send(response, 404, { error: 'there is no such route' })
}

function isKnown(key: string | string[] | undefined): boolean {
  const given = Buffer.from(String(key))
  const wanted = Buffer.from(SHOP_API_KEY)
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const part of request.setEncoding('utf8')) {
    text += String(part)
    if (text.length > maxBodyBytes) throw new RangeError('the body is too large')
  }
  return text === '' ? undefined : (JSON.parse(text) as unknown)
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(`${JSON.stringify(body)}\n`)
}

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    send(response, isInvalid(error) ? 400 : 500, { error: 'the request cannot be served' })
  })
})
server.listen(Number(SHOP_API_PORT), '127.0.0.1')
process.once('SIGTERM', () => {
  server.close(() => void pool.end())
  server.closeAllConnections()
})
