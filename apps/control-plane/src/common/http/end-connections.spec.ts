import Fastify, { type FastifyInstance } from 'fastify'
import { once } from 'node:events'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { endConnections } from './end-connections'

let fastify: FastifyInstance
let answerIt: () => void
let asked: Promise<void>
let clients: Socket[]

beforeEach(async () => {
  clients = []
  fastify = Fastify()
  endConnections(fastify)
  fastify.get('/', () => 'answered')
  asked = new Promise((resolve) => {
    fastify.get('/later', () => {
      resolve()
      return new Promise((done) => (answerIt = () => done('answered')))
    })
  })
  fastify.server.on('upgrade', (_request, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\n\r\n')
  })
  await fastify.listen({ host: '127.0.0.1', port: 0 })
})
afterEach(async () => {
  for (const client of clients) client.destroy()
  await fastify.close()
})

async function client(text: string): Promise<Socket> {
  const { port } = fastify.server.address() as AddressInfo
  const socket = connect(port, '127.0.0.1').setEncoding('utf8')
  clients.push(socket)
  const accepted = once(fastify.server, 'connection')
  socket.on('error', () => undefined).write(text)
  await accepted
  return socket
}

const head = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n`

it.each([
  ['asks for nothing', ''],
  ['has sent half of a request', head('/')],
])('is not held by a client that %s', async (_what, text) => {
  await client(text)
  await fastify.close()
})

it('is not held by a client that had an answer and asks for nothing more', async () => {
  const [answer] = (await once(await client(`${head('/')}\r\n`), 'data')) as [string]
  expect(answer).toContain('answered')
  await fastify.close()
})

it('answers a request under way, and ends its connection then', async () => {
  const socket = await client(`${head('/later')}\r\n`)
  await asked
  const closed = fastify.close()
  const answer = once(socket, 'data') as Promise<[string]>
  answerIt()
  expect((await answer)[0]).toContain('answered')
  await closed
})

it.each([
  ['a request that takes long', `${head('/later')}\r\n`, () => asked],
  [
    'a WebSocket that does not end',
    `${head('/')}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    () => once(clients[0] as Socket, 'data'),
  ],
])('cuts %s after a moment', async (_what, text, begun) => {
  await client(text)
  await begun()
  await fastify.close()
})
