import { once } from 'node:events'
import type { Socket } from 'node:net'
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { FakeClient } from '../testing/fake-client'
import { FakeUpstream } from '../testing/fake-upstream'
import { memoryPair } from '../testing/fuzz/memory-pair'
import { Authority, type Issued } from '../testing/real/authority'
import { RealGateway } from '../testing/real/gateway'
import {
  cancelRequest,
  frame,
  fromClient,
  query,
  requests,
  sslRequest,
  startupMessage,
  untaggedFrame,
} from '../wire'

let authority: Authority
let issued: Issued
let gateway: RealGateway
let upstream: FakeUpstream

const gssencRequest = untaggedFrame((body) => body.u32(requests.GSSENC))
const passwordMessage = frame(fromClient.Password, (body) => body.cstring('token'))
const identity = [
  ['user', 'shop'],
  ['database', 'shop'],
] as const

function startup(minor: number, ...extra: (readonly [string, string])[]): Buffer {
  const message = startupMessage([...identity, ...extra])
  message.writeUInt16BE(minor, 6)
  return message
}

beforeAll(async () => {
  authority = await Authority.create()
  issued = await authority.server('gateway.test')
})

beforeEach(async () => {
  upstream = new FakeUpstream((text) =>
    text === 'SELECT 1' ? { columns: ['n'], rows: [['1']], tag: 'SELECT 1' } : undefined,
  )
  gateway = await RealGateway.start({
    login: { tls: issued, plaintextAllowed: false },
    dial: () => {
      const [near, far] = memoryPair()
      upstream.accept(far)
      return Promise.resolve(near)
    },
  })
})

afterEach(() => gateway.stop())

async function encrypt(socket: Socket, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const secured = connectTls({ socket, ca: authority.cert, servername: 'gateway.test', ...options })
  await once(secured, 'secureConnect')
  return secured
}

/** The answer to a request for encryption. */
async function answerTo(socket: Socket, request: Buffer): Promise<string> {
  socket.write(request)
  const answered = once(socket, 'data')
  socket.resume()
  const [answer] = (await answered) as [Buffer]
  socket.pause()
  return answer.toString('latin1')
}

async function untilClosed(socket: Socket): Promise<string> {
  const chunks: Buffer[] = []
  socket.on('error', () => undefined).on('data', (chunk: Buffer) => chunks.push(chunk))
  socket.resume()
  socket.once('end', () => socket.end())
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve))
  return Buffer.concat(chunks).toString('latin1')
}

async function runOne(client: FakeClient): Promise<string> {
  expect(await client.logIn(Object.fromEntries(identity), 'token')).toBe(true)
  return (await client.query('SELECT 1')).map(({ code }) => code).join('')
}

it('refuses GSSENC, then takes TLS on request, then the login', async () => {
  const socket = await gateway.socket()
  expect(await answerTo(socket, gssencRequest)).toBe('N')
  expect(await answerTo(socket, sslRequest())).toBe('S')
  const client = new FakeClient(await encrypt(socket))
  expect(await runOne(client)).toBe('TDCZ')
})

it('takes direct TLS with ALPN, also when asked for encryption within', async () => {
  const secured = await encrypt(await gateway.socket(), { ALPNProtocols: ['postgresql'] })
  expect(secured.alpnProtocol).toBe('postgresql')
  expect(await answerTo(secured, sslRequest())).toBe('N')
  expect(await runOne(new FakeClient(secured))).toBe('TDCZ')
})

it.each([
  ['without ALPN', undefined],
  ['with the ALPN of another protocol', ['http/1.1']],
])('refuses direct TLS %s', async (_how, ALPNProtocols) => {
  const socket = await gateway.socket()
  const secured = connectTls({
    socket,
    ca: authority.cert,
    servername: 'gateway.test',
    ...(ALPNProtocols && { ALPNProtocols }),
  })
  secured.on('error', () => undefined)
  secured.write(startup(0))
  expect(await untilClosed(secured)).toMatch(ALPNProtocols ? /^$/ : /direct TLS needs ALPN/)
  expect(gateway.openings).toEqual([])
  expect(gateway.errors).toMatchObject([{ code: 'ERR_PROTOCOL_MALFORMED' }])
})

it.each([
  ['in one segment', (socket: Socket) => socket.write(Buffer.concat([sslRequest(), startup(0)]))],
  [
    'behind the answer',
    (socket: Socket) => {
      socket.write(sslRequest())
      socket.once('data', () => socket.write(Buffer.concat([startup(0), query('SELECT 1')])))
    },
  ],
])('closes on plain text before TLS, %s (CVE-2021-23214)', async (_where, stuff) => {
  const socket = await gateway.socket()
  stuff(socket)
  await untilClosed(socket)
  expect(gateway.openings).toEqual([])
  expect(gateway.errors).toMatchObject([{ code: 'ERR_PROTOCOL_MALFORMED' }])
  expect(upstream.received).toEqual([])
})

it('takes no token in plain text where TLS is demanded', async () => {
  const client = new FakeClient(await gateway.socket())
  expect(await client.logIn(Object.fromEntries(identity), 'token')).toBe(false)
  expect(client.lastError?.get('C')).toBe('28000')
  expect(client.lastError?.get('H')).toContain('sslmode')
})

it('answers an endless row of encryption requests with an end', async () => {
  const socket = await gateway.socket()
  expect(await answerTo(socket, gssencRequest)).toBe('N')
  expect(await answerTo(socket, gssencRequest)).toBe('N')
  socket.write(gssencRequest)
  expect(await untilClosed(socket)).toContain('too many encryption requests')
})

describe('versions and options', () => {
  beforeEach(() => (gateway.options = { ...gateway.options, login: { plaintextAllowed: true } }))

  async function open(message: Buffer): Promise<FakeClient> {
    const client = new FakeClient(await gateway.socket())
    client.send(message)
    await client.until(({ code }) => code === 'R' || code === 'E')
    client.send(passwordMessage)
    await client.until(({ code }) => code === 'Z' || code === 'E')
    return client
  }
  const codes = (client: FakeClient) => client.messages.map(({ code }) => code).join('')
  const keyOf = (client: FakeClient) => client.messages.find(({ code }) => code === 'K')?.body

  it.each([
    ['user', 'x'.repeat(800), 'too long to name a connection'],
    ['user', 'shop\nshop', 'too long to name a connection'],
    ['database', 'x'.repeat(800), 'the name of the database is too long'],
  ])(
    'says what is wrong with an odd %s, such as a token in its place',
    async (name, value, why) => {
      const client = await open(
        startupMessage([...new Map<string, string>([...identity, [name, value]])]),
      )
      expect(client.lastError?.get('M')).toContain(why)
    },
  )

  it('gives 3.0 a key of eight bytes and 3.2 a longer one, without negotiating', async () => {
    const old = await open(startup(0))
    expect(codes(old)).toMatch(/^RRS+KZ$/)
    expect(keyOf(old)).toHaveLength(8)
    const recent = await open(startup(2))
    expect(codes(recent)).toMatch(/^RRS+KZ$/)
    expect(keyOf(recent)).toHaveLength(36)
  })

  it.each([
    ['a minor version to come', startup(9), '000300020000000', 36],
    ['an option of 3.0', startup(0, ['_pq_.x', '1']), '00030000000000015f70715f2e7800', 8],
    ['an option of 3.2', startup(2, ['_pq_.x', '1']), '00030002000000015f70715f2e7800', 36],
  ])('negotiates %s', async (_what, message, answer, keyBytes) => {
    const client = await open(message)
    expect(codes(client)).toMatch(/^vRRS+KZ$/)
    expect(client.messages[0]?.body.toString('hex')).toContain(answer)
    expect(keyOf(client)).toHaveLength(keyBytes)
  })

  it.each([
    ['2.0', 2 << 16],
    ['4.0', 4 << 16],
  ])('refuses protocol %s', async (_name, version) => {
    const message = startup(0)
    message.writeUInt32BE(version, 4)
    const client = await open(message)
    expect(client.lastError?.get('C')).toBe('0A000')
  })

  it.each(['maybe', 'o', 'DATABASE', ''])('refuses replication=%j', async (value) => {
    const client = await open(startup(0, ['replication', value]))
    expect(client.lastError?.get('C')).toBe('08P01')
    expect(gateway.openings).toEqual([])
  })

  it('takes a cancel request with any key in silence', async () => {
    for (const length of [8, 12, 260]) {
      const socket = await gateway.socket()
      socket.write(cancelRequest(Buffer.alloc(length, 1)))
      expect(await untilClosed(socket)).toBe('')
    }
    const socket = await gateway.socket()
    socket.write(cancelRequest(Buffer.alloc(4)))
    expect(await untilClosed(socket)).toContain('malformed')
  })
})
