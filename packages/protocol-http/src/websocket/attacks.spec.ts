import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { WebSocketServer } from 'ws'
import { Stage } from '../testing/stage'

let stage: Stage
let server: WebSocketServer
let received: string[]

beforeEach(async () => {
  received = []
  stage = await Stage.start({ target: (_request, response) => response.writeHead(404).end() })
  server = new WebSocketServer({ server: stage.target, path: '/live' })
  server.on('connection', (socket) => {
    socket.on('message', (data) => received.push((data as Buffer).toString()))
  })
})

afterEach(async () => {
  for (const socket of server.clients) socket.terminate()
  await stage.stop()
})

const head = [
  'GET /shop/live HTTP/1.1',
  'host: g',
  'authorization: Bearer t',
  'upgrade: websocket',
  'connection: upgrade',
  'sec-websocket-version: 13',
  'sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==',
]
const upgrade = (...more: string[]) => `${[...head, ...more].join('\r\n')}\r\n\r\n`

/** https://datatracker.ietf.org/doc/html/rfc6455#section-5.2: as a client sends them, masked with zeros. */
function frame(first: number, data: string | Buffer, masked = 0x80): Buffer {
  const payload = Buffer.from(data)
  const mask = masked === 0 ? Buffer.alloc(0) : Buffer.alloc(4)
  return Buffer.concat([Buffer.of(first, masked | payload.length), mask, payload])
}

async function opened(): Promise<Socket> {
  const socket = connect(stage.port, '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write(upgrade())
  const [answer] = (await once(socket, 'data')) as [Buffer]
  expect(answer.toString('latin1')).toMatch(/^HTTP\/1.1 101 /)
  return socket
}

/** All that comes until the gateway ends the connection. */
async function ended(socket: Socket): Promise<Buffer> {
  const parts: Buffer[] = []
  socket.on('data', (part: Buffer) => parts.push(part))
  await once(socket, 'end')
  socket.end()
  return Buffer.concat(parts)
}

const codeOf = (frames: Buffer) => {
  expect(frames[0]).toBe(0x88)
  return frames.readUInt16BE(2)
}

it.each(['resetAndDestroy', 'end'] as const)(
  'withdraws the approval of a message whose client has left: %s',
  async (leave) => {
    const hold = stage.controlPlane.hold()
    stage.controlPlane.answer = ({ kind }) =>
      kind === 'message' ? hold : stage.controlPlane.allow()
    const socket = await opened()
    socket.write(frame(0x81, 'drop'))
    await stage.controlPlane.untilAsked(2)
    socket[leave]()
    await stage.spool.until((spool) => spool.of('outcome').length === 1)
    expect(stage.controlPlane.withdrawn).toMatchObject([{ reason: 'abandoned' }])
    hold.decide(stage.controlPlane.allow())
    expect(received).toEqual([])
  },
)

it.each(['resetAndDestroy', 'end'] as const)(
  'withdraws the approval of an upgrade whose client has left: %s',
  async (leave) => {
    const hold = stage.controlPlane.hold()
    stage.controlPlane.answer = () => hold
    const client = connect(stage.port, '127.0.0.1')
    client.on('error', () => undefined)
    client.write(upgrade())
    await stage.controlPlane.untilAsked(1)
    client[leave]()
    await once(client, 'close')
    await stage.spool.until((spool) => spool.of('refused').length === 1)
    expect(stage.controlPlane.withdrawn).toMatchObject([{ reason: 'abandoned' }])
  },
)

it('ends with a client that leaves before the target has agreed', async () => {
  stage.target.removeAllListeners('upgrade')
  const asked = new Promise<Socket>((resolve) =>
    stage.target.on('upgrade', (_request, socket: Socket) => resolve(socket)),
  )
  const client = connect(stage.port, '127.0.0.1')
  client.on('error', () => undefined)
  client.write(upgrade())
  const upstream = (await asked).resume()
  client.end()
  await once(upstream, 'end')
  upstream.destroy()
  await stage.spool.until((spool) => spool.of('outcome').length === 1)
})

it('dials no target for subprotocols that are none', async () => {
  let dialled = 0
  stage.target.on('connection', () => (dialled += 1))
  const answer = await stage.raw(upgrade('sec-websocket-protocol: a, a'))
  expect(answer).toMatch(/^HTTP\/1.1 400 /)
  expect(dialled).toBe(0)
})

it('sends nothing on that follows an upgrade which the target refuses', async () => {
  const smuggled = 'GET /shop/smuggled HTTP/1.1\r\nhost: g\r\nauthorization: Bearer t\r\n\r\n'
  const paths: (string | undefined)[] = []
  stage.target.on('request', ({ url }) => paths.push(url))
  stage.target.removeAllListeners('upgrade')
  const answer = await stage.raw(upgrade() + smuggled)
  expect(answer.match(/^HTTP\/1.1 /gm)).toHaveLength(1)
  expect(paths).toEqual(['/live'])
})

const long = (length: bigint) => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(length)
  return Buffer.concat([Buffer.of(0x82, 0xff), bytes, Buffer.alloc(4)])
}

it.each([
  ['an unmasked frame', frame(0x81, 'drop', 0), 1002],
  ['a reserved bit', frame(0xc1, 'drop'), 1002],
  ['a reserved opcode', frame(0x83, 'drop'), 1002],
  ['a reserved control opcode', frame(0x8b, 'drop'), 1002],
  ['a continuation of nothing', frame(0x80, 'drop'), 1002],
  ['a second message within one', Buffer.concat([frame(0x01, 'dr'), frame(0x81, 'op')]), 1002],
  ['a control frame in parts', frame(0x09, 'drop'), 1002],
  ['a message of 2^63 bytes', long(1n << 63n), 1009],
  ['a message beyond the limit', long(4n * 1024n * 1024n + 1n), 1009],
  [
    'text that is no UTF-8 across its fragments',
    Buffer.concat([frame(0x01, Buffer.of(0xc3)), frame(0x80, Buffer.of(0x28))]),
    1007,
  ],
  ['a code that is none', frame(0x88, Buffer.of(0x03, 0xed)), 1002],
  ['a code of one byte', frame(0x88, Buffer.of(3)), 1002],
])('ends at %s, which the target does not get', async (_title, bytes, code) => {
  const socket = await opened()
  socket.write(bytes)
  expect(codeOf(await ended(socket))).toBe(code)
  await stage.spool.until((spool) => spool.of('outcome').length === 1)
  expect(received).toEqual([])
})

it('judges one message of fragments with a ping between them', async () => {
  const socket = await opened()
  const parts = [frame(0x01, 'dr'), frame(0x89, 'p'), frame(0x00, ''), frame(0x80, 'op')]
  socket.write(Buffer.concat(parts))
  await stage.controlPlane.untilAsked(2)
  expect(stage.controlPlane.asked[1]?.operation).toMatchObject({ data: Buffer.from('drop') })
  socket.destroy()
})

it('takes no message of countless fragments', async () => {
  const socket = await opened()
  const empty = frame(0x00, 'x')
  socket.write(Buffer.concat([frame(0x01, ''), ...new Array<Buffer>(20_000).fill(empty)]))
  expect(codeOf(await ended(socket))).toBe(1008)
})

it('compresses nothing, whatever the client offers', async () => {
  const offer = 'sec-websocket-extensions: permessage-deflate; client_max_window_bits'
  const answer = await stage.raw(upgrade(offer), (seen) => seen.endsWith('\r\n\r\n'))
  expect(answer).toMatch(/^HTTP\/1.1 101 /)
  expect(answer).not.toMatch(/extensions/i)
  expect(stage.controlPlane.asked).toHaveLength(1)
})
