import { PolicyError } from '@wardgate/errors'
import type { MessageOperation, RequestOperation } from '@wardgate/gateway'
import { WebSocket, WebSocketServer } from 'ws'
import { Stage } from '../testing/stage'

let stage: Stage
let server: WebSocketServer
let received: string[]
let opened: NodeJS.Dict<string | string[]>[]

beforeEach(async () => {
  received = []
  opened = []
  stage = await Stage.start({ target: (_request, response) => response.writeHead(404).end() })
  server = new WebSocketServer({ server: stage.target, path: '/live' })
  server.on('connection', (socket, request) => {
    opened.push(request.headers)
    socket.on('message', (data, isBinary) => {
      const text = (data as Buffer).toString()
      received.push(text)
      if (text === 'bye') socket.close(4001, 'as you wish')
      else socket.send(data as Buffer, { binary: isBinary })
    })
  })
})

afterEach(async () => {
  for (const socket of server.clients) socket.terminate()
  await stage.stop()
})

function connect(path = '/live', protocols: string[] = []): WebSocket {
  const url = stage.url.replace('http', 'ws')
  const headers = { authorization: 'Bearer token-1', origin: 'http://app.test', cookie: 'a=b' }
  return new WebSocket(`${url}${path}`, protocols, { headers })
}

const next = (socket: WebSocket) =>
  new Promise<string>((resolve) =>
    socket.once('message', (data) => resolve((data as Buffer).toString())),
  )
const open = (socket: WebSocket) =>
  new Promise<void>((resolve, reject) => socket.once('open', resolve).once('error', reject))
const closed = (socket: WebSocket) =>
  new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('error', () => undefined)
    socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() }))
  })
const asked = () => stage.controlPlane.asked.map(({ operation }) => operation)

it("hides the target's credential in messages", async () => {
  const credential = { kind: 'bearer', token: 'tok-5f2a91c7e0' } as const
  stage.controlPlane.grant = { ...stage.controlPlane.grant, credential }
  const socket = connect()
  await open(socket)
  socket.send('you sent tok-5f2a91c7e0')
  expect(await next(socket)).toBe('you sent [credential]**')
  socket.close()
  await closed(socket)
  expect(opened[0]).toMatchObject({ authorization: 'Bearer tok-5f2a91c7e0' })
})

it('withholds a message that cannot be recorded, and says so', async () => {
  stage.recorder.refuses = (direction, text) => direction === 'out-message' && text === 'hello'
  const socket = connect()
  const shown: string[] = []
  socket.on('message', (data) => shown.push((data as Buffer).toString()))
  await open(socket)
  socket.send('hello')
  expect(await closed(socket)).toEqual({
    code: 1008,
    reason: 'ERR_AUDIT_UNAVAILABLE: the recording is full',
  })
  expect(shown).toEqual([])
})

it('judges the upgrade, then each message, and shows the answers', async () => {
  const socket = connect()
  await open(socket)
  socket.send('hello')
  expect(await next(socket)).toBe('hello')
  socket.send(Buffer.from([1, 2]))
  expect(Buffer.from(await next(socket))).toEqual(Buffer.from([1, 2]))
  socket.close()
  await closed(socket)
  const [upgrade, ...messages] = asked()
  expect((upgrade as RequestOperation).path).toBe('/live')
  expect((upgrade as RequestOperation).headers).toContainEqual({
    name: 'upgrade',
    value: 'websocket',
  })
  expect(messages).toEqual([
    { kind: 'message', channel: '/live', format: 'text', data: Buffer.from('hello') },
    { kind: 'message', channel: '/live', format: 'binary', data: Buffer.from([1, 2]) },
  ])
  expect(opened[0]).toMatchObject({ origin: 'http://app.test', cookie: 'a=b' })
  expect(opened[0]).not.toHaveProperty('authorization')
  await stage.spool.until((spool) => spool.of('outcome').length === 3)
})

it('closes at a message that is denied, and forwards nothing after it', async () => {
  stage.controlPlane.answer = (operation) =>
    operation.kind === 'message' && Buffer.from(operation.data).includes('drop')
      ? stage.controlPlane.deny(new PolicyError('ERR_POLICY_DENIED', 'no dropping'))
      : stage.controlPlane.allow()
  const socket = connect()
  await open(socket)
  const end = closed(socket)
  for (const text of ['one', 'drop it', 'two']) socket.send(text)
  expect(await end).toEqual({ code: 1008, reason: 'ERR_POLICY_DENIED: no dropping' })
  expect(received).toEqual(['one'])
})

it('keeps the order of messages, whatever their verdicts take', async () => {
  const decide: (() => void)[] = []
  stage.controlPlane.answer = (operation) =>
    operation.kind === 'message'
      ? new Promise((resolve) => decide.push(() => resolve(stage.controlPlane.allow())))
      : stage.controlPlane.allow()
  const socket = connect()
  await open(socket)
  const answers = [next(socket)]
  for (const text of ['1', '2']) socket.send(text)
  await stage.controlPlane.untilAsked(2)
  decide.shift()?.()
  expect(await answers[0]).toBe('1')
  await stage.controlPlane.untilAsked(3)
  expect((asked()[2] as MessageOperation).data).toEqual(Buffer.from('2'))
  decide.shift()?.()
  expect(await next(socket)).toBe('2')
  socket.terminate()
})

it('passes the close of the target on', async () => {
  const socket = connect()
  await open(socket)
  socket.send('bye')
  expect(await closed(socket)).toEqual({ code: 4001, reason: 'as you wish' })
})

it.each([
  '{"a":"ada\\u0040example.com"}',
  '\ufeff["ada\\u0040example.com"]',
  '"ada\\u0040example.com"',
])("masks what JSON's escapes spell: %s", async (text) => {
  const method = { kind: 'redact' } as const
  const detectors = [{ detector: 'email', rule: 'p/r', method }]
  const masking = { columns: [], origins: [], detectors }
  stage.controlPlane.answer = () => stage.controlPlane.allow({ masking })
  const socket = connect()
  await open(socket)
  socket.send(text)
  expect(await next(socket)).toBe(text.replace('ada\\u0040example.com', '[redacted]'))
  socket.terminate()
})

it('withholds messages that cannot be masked', async () => {
  const masking = {
    columns: [],
    origins: [],
    detectors: [{ detector: 'email', rule: 'p/r', method: { kind: 'redact' } as const }],
  }
  stage.controlPlane.answer = () => stage.controlPlane.allow({ masking })
  const socket = connect()
  await open(socket)
  socket.send(Buffer.from('ada@example.com'), { binary: true })
  expect((await closed(socket)).code).toBe(1008)
})

it('opens nothing that is denied', async () => {
  stage.controlPlane.answer = () => stage.controlPlane.deny()
  await expect(open(connect())).rejects.toThrow('403')
  expect(opened).toEqual([])
})

it('tells that the target opens none', async () => {
  await expect(open(connect('/other'))).rejects.toThrow('502')
  await stage.spool.until((spool) => spool.of('outcome').length === 1)
  expect(stage.spool.of('outcome')).toMatchObject([{ outcome: { status: 'failed' } }])
})

it('ends with its session', async () => {
  const socket = connect()
  await open(socket)
  const end = closed(socket)
  stage.controlPlane.kill()
  expect((await end).code).toBe(1008)
})

it.each([
  ['another protocol', 'upgrade: h2c\r\nconnection: upgrade\r\n'],
  ['an old version', 'upgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 8\r\n'],
  ['no key', 'upgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\n'],
])('refuses an upgrade to %s', async (_title, headers) => {
  const head = `GET /shop/live HTTP/1.1\r\nhost: g\r\nauthorization: Bearer t\r\n${headers}\r\n`
  const answer = await stage.raw(head, (seen) => seen.endsWith('}\n'))
  expect(answer).toMatch(/^HTTP\/1.1 501 /)
  expect(opened).toEqual([])
})
