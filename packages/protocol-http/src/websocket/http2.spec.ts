import type { RequestOperation } from '@wardgate/gateway'
import { once } from 'node:events'
import { connect, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { Stage } from '../testing/stage'

let stage: Stage
let server: WebSocketServer
let client: ClientHttp2Session
let received: string[]

beforeEach(async () => {
  received = []
  stage = await Stage.start()
  server = new WebSocketServer({
    server: stage.target,
    path: '/live',
    handleProtocols: () => 'chat',
  })
  server.on('connection', (socket) => {
    socket.on('message', (data) => {
      received.push((data as Buffer).toString())
      socket.send(data as Buffer, { binary: false })
    })
  })
  client = connect(`http://127.0.0.1:${stage.port}`)
  const [settings] = (await once(client, 'remoteSettings')) as [{ enableConnectProtocol?: boolean }]
  expect(settings.enableConnectProtocol).toBe(true)
})

afterEach(async () => {
  client.destroy()
  for (const socket of server.clients) socket.terminate()
  await stage.stop()
})

function ask(headers: object = {}): ClientHttp2Stream {
  const stream = client.request(
    {
      ':method': 'CONNECT',
      ':protocol': 'websocket',
      ':scheme': 'http',
      ':path': '/shop/live',
      ':authority': 'gateway.test',
      authorization: 'Bearer token-1',
      'sec-websocket-version': '13',
      ...headers,
    },
    { endStream: false },
  )
  stream.on('error', () => undefined)
  return stream
}

async function answered(stream: ClientHttp2Stream): Promise<Record<string, unknown>> {
  const [headers] = (await once(stream, 'response')) as [Record<string, unknown>]
  return headers
}

/** https://datatracker.ietf.org/doc/html/rfc6455#section-5.2: final text, masked with zeros. */
function frame(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)])
}

async function shownOn(stream: ClientHttp2Stream, bytes: number): Promise<Buffer> {
  let seen = Buffer.alloc(0)
  while (seen.length < bytes) {
    const [part] = (await once(stream, 'data')) as [Buffer]
    seen = Buffer.concat([seen, part])
  }
  return seen
}

it('opens a WebSocket on a stream, and judges each message', async () => {
  const stream = ask({ 'sec-websocket-protocol': 'chat' })
  expect(await answered(stream)).toMatchObject({ ':status': 200, 'sec-websocket-protocol': 'chat' })
  stream.write(frame('hello'))
  const shown = await shownOn(stream, 7)
  expect(shown).toEqual(Buffer.concat([Buffer.from([0x81, 5]), Buffer.from('hello')]))
  const [upgrade, message] = stage.controlPlane.asked.map(({ operation }) => operation)
  expect(upgrade).toMatchObject({ kind: 'request', method: 'GET', path: '/live' })
  expect((upgrade as RequestOperation).headers).toContainEqual({
    name: 'upgrade',
    value: 'websocket',
  })
  expect(message).toMatchObject({ kind: 'message', channel: '/live' })
})

it('serves other streams beside it, and ends it alone when it is reset', async () => {
  const stream = ask()
  await answered(stream)
  const other = client.request({ ':path': '/shop/a', authorization: 'Bearer token-1' })
  expect(await answered(other)).toMatchObject({ ':status': 200 })
  stream.close(8)
  await stage.spool.until((spool) => spool.of('outcome').length === 2)
  const third = client.request({ ':path': '/shop/b', authorization: 'Bearer token-1' })
  expect(await answered(third)).toMatchObject({ ':status': 200 })
})

it('tells the target no text that a client leaves with: nobody has judged it', async () => {
  const ended = new Promise<unknown[]>((resolve) =>
    server.on('connection', (socket) =>
      socket.once('close', (code, reason) => resolve([code, reason.toString()])),
    ),
  )
  const stream = ask()
  await answered(stream)
  stream.end(Buffer.from([0x88, 0x80 | 6, 0, 0, 0, 0, 0x0f, 0xa1, ...Buffer.from('drop')]))
  expect(await ended).toEqual([4001, ''])
})

it('leaves no WebSocket at the target behind a stream that was reset meanwhile', async () => {
  stage.target.removeAllListeners('upgrade')
  const asked = new Promise<Duplex>((resolve) =>
    stage.target.on('upgrade', (_request, socket) => resolve(socket)),
  )
  const stream = ask()
  const upstream = (await asked).resume()
  stream.close(8)
  await once(upstream, 'end')
  upstream.destroy()
  await stage.spool.until((spool) => spool.of('outcome').length === 1)
})

it('opens nothing that is denied', async () => {
  stage.controlPlane.answer = () => stage.controlPlane.deny()
  expect(await answered(ask())).toMatchObject({ ':status': 403 })
  expect(server.clients.size).toBe(0)
})

it('ends with a message that is denied, which the target does not get', async () => {
  const stream = ask()
  await answered(stream)
  stage.controlPlane.answer = () => stage.controlPlane.deny()
  stream.write(frame('drop'))
  const close = await shownOn(stream, 4)
  expect([close[0], close.readUInt16BE(2)]).toEqual([0x88, 1008])
  expect(received).toEqual([])
})

it.each([
  ['another protocol', { ':protocol': 'connect-udp' }],
  ['another version of it', { 'sec-websocket-version': '8' }],
])('opens no stream for %s', async (_title, headers) => {
  const { ':status': status } = await answered(ask(headers))
  expect([400, 403, 501]).toContain(status)
  expect(server.clients.size).toBe(0)
})

it('opens no tunnel to a host by CONNECT without a token for a proxy', async () => {
  const stream = client.request({ ':method': 'CONNECT', ':authority': 'internal.test:22' })
  stream.on('error', () => undefined)
  const { ':status': status } = await answered(stream)
  expect(status).toBe(407)
})
