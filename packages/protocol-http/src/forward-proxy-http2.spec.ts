import type { RequestOperation } from '@wardgate/gateway'
import { once } from 'node:events'
import { connect, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2'
import { Stage } from './testing/stage'

const proxyHosts = ['api.shop.test', 'api.shop.test:8443']
let stage: Stage
let client: ClientHttp2Session
let received: string[]

beforeEach(async () => {
  received = []
  stage = await Stage.start({
    settings: { proxyHosts },
    target: ({ method, url }, response) => {
      received.push(`${method} ${url}`)
      response.end('ok')
    },
  })
  client = connect(`http://127.0.0.1:${stage.port}`)
  client.on('error', () => undefined)
})

afterEach(async () => {
  client.destroy()
  await stage.stop()
})

const basic = `Basic ${Buffer.from('wardgate:token-1').toString('base64')}`

async function open(
  authority: string,
  headers: object = { 'proxy-authorization': basic },
): Promise<{ readonly stream: ClientHttp2Stream; readonly status: unknown }> {
  const head = { ':method': 'CONNECT', ':authority': authority, ...headers }
  const stream = client.request(head, { endStream: false })
  stream.on('error', () => undefined)
  const [answer] = (await once(stream, 'response')) as [Record<string, unknown>]
  return { stream, status: answer[':status'] }
}

/** All that comes back until the tunnel ends. */
async function ask(stream: ClientHttp2Stream, request: string): Promise<string> {
  let seen = ''
  stream.on('data', (part: Buffer) => (seen += part.toString('latin1')))
  stream.write(request)
  await once(stream, 'end')
  stream.end()
  return seen
}

const get = (path: string, host = 'api.shop.test') =>
  `GET ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`
const judged = () => stage.controlPlane.asked.map(({ operation }) => operation as RequestOperation)

it('opens a tunnel on a stream, within which every request is judged', async () => {
  const { stream, status } = await open('api.shop.test:443')
  expect(status).toBe(200)
  const first = 'GET /a HTTP/1.1\r\nhost: api.shop.test\r\n\r\n'
  expect((await ask(stream, first + get('/b'))).match(/HTTP\/1\.1 200/g)).toHaveLength(2)
  expect(judged().map(({ path }) => path)).toEqual(['/a', '/b'])
  expect(stage.controlPlane.opened).toMatchObject([{ connection: 'shop' }])
})

it('has several at once, which end one by one', async () => {
  const one = await open('api.shop.test:443')
  const other = await open('api.shop.test:8443')
  expect(await ask(other.stream, get('/b', 'api.shop.test:8443'))).toMatch(/^HTTP\/1\.1 200/)
  expect(await ask(one.stream, get('/a'))).toMatch(/^HTTP\/1\.1 200/)
  const again = await open('api.shop.test:443')
  again.stream.close()
  const last = await open('api.shop.test:443')
  expect(await ask(last.stream, get('/c'))).toMatch(/^HTTP\/1\.1 200/)
  expect(received).toEqual(['GET /b', 'GET /a', 'GET /c'])
  expect(stage.controlPlane.opened).toHaveLength(1)
})

it.each([
  ['another Host', get('/a', 'evil.test')],
  ['absolute form', get('http://evil.test/a')],
  ['what is no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'],
])('takes no request within with %s, and other streams go on', async (_title, request) => {
  const bad = await open('api.shop.test:443')
  expect(await ask(bad.stream, request)).toMatch(/^HTTP\/1\.1 (?:400|501)/)
  expect([judged(), received]).toEqual([[], []])
  const good = await open('api.shop.test:443')
  expect(await ask(good.stream, get('/b'))).toMatch(/^HTTP\/1\.1 200/)
})

it.each([
  ['another host', 'evil.test:443', { 'proxy-authorization': basic }, 403],
  ['no port', 'api.shop.test', { 'proxy-authorization': basic }, 400],
  ['no token', 'api.shop.test:443', {}, 407],
])('is refused for %s', async (_title, authority, headers, status) => {
  expect((await open(authority, headers)).status).toBe(status)
  expect(received).toEqual([])
})

it('is sent to another connection while a tunnel of another kind is open', async () => {
  const { stream } = await open('api.shop.test:443')
  expect((await open('evil.test:443')).status).toBe(421)
  expect(await ask(stream, get('/a'))).toMatch(/^HTTP\/1\.1 200/)
})

it('ends with its session', async () => {
  const { stream } = await open('api.shop.test:443')
  stage.controlPlane.kill()
  await once(stream, 'close')
  expect(received).toEqual([])
})
