import type { SessionGrant } from '@wardgate/gateway'
import { fakeTarget, freePort } from '@wardgate/gateway/testing'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { settings as schema } from '../settings'
import { Authority, type Issued } from '../testing/real/authority'
import { dialSocket } from '../testing/real/gateway'
import { serveTls, startRealTarget, type RealTarget } from '../testing/real/target'
import { query } from '../wire'
import { connect, readUntilReady } from './connect'
import type { UpstreamConnection } from './connection'

let target: RealTarget
let authority: Authority
let ofClient: Issued
const opened: UpstreamConnection[] = []

const credential = (user: string, password = 'secret') =>
  ({ kind: 'password', user, password }) as const

beforeAll(async () => {
  target = await startRealTarget()
  authority = await Authority.create()
  ofClient = await authority.client('by_cert')
  await target.direct(`SET password_encryption = 'md5'`)
  await target.direct(`CREATE ROLE by_md5 LOGIN PASSWORD 'secret'`)
  await target.direct(`SET password_encryption = 'scram-sha-256'`)
  for (const role of ['by_scram', 'by_plain', 'by_cert'])
    await target.direct(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`)
  await serveTls(target, await authority.server('target.test'), authority.cert, [
    'local all all scram-sha-256',
    'hostssl all by_cert 127.0.0.1/32 cert',
    'host all by_md5 127.0.0.1/32 md5',
    'host all by_plain 127.0.0.1/32 password',
    'host all all 127.0.0.1/32 scram-sha-256',
  ])
}, 60_000)

afterAll(() => target.stop())

afterEach(() => {
  for (const { stream } of opened.splice(0)) stream.destroy()
})

async function logIn(
  grant: Partial<SessionGrant>,
  settings: Parameters<typeof schema.parse>[0] = {},
): Promise<UpstreamConnection> {
  const { host, port } = target.cluster
  const request = {
    target: fakeTarget(dialSocket, { endpoints: [{ host, port }], database: 'postgres', ...grant }),
    settings: schema.parse(settings),
    parameters: new Map<string, string>(),
  }
  const connection = await connect(request, AbortSignal.timeout(10_000))
  opened.push(connection)
  return connection
}

async function cellOf({ stream, parameters }: UpstreamConnection, text: string) {
  stream.write(query(text))
  return (await readUntilReady(stream, parameters, AbortSignal.timeout(5_000))).cell
}

const whoAmI = `SELECT current_user || ' ' || ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()`
const verified = () => ({
  tls: { mode: 'verify-full', ca: authority.cert, serverName: 'target.test' } as const,
})

it.each(['by_scram', 'by_md5'])('logs in as %s without TLS', async (user) => {
  const connection = await logIn({ credential: credential(user) })
  expect(await cellOf(connection, whoAmI)).toBe(`${user} false`)
})

it.each(['by_scram', 'by_md5', 'by_plain'])('logs in as %s over TLS', async (user) => {
  const connection = await logIn({ credential: credential(user), ...verified() })
  expect(await cellOf(connection, whoAmI)).toBe(`${user} true`)
})

it('prepares passwords for SCRAM as PostgreSQL does', async () => {
  const passwords = [
    'it\'s "x" \\ y',
    'p\u00e4ss w\u00f6rd',
    'pa\u0308ss',
    '\u2168 \uff21',
    'a\u00a0b\u3000c',
    'so\u00adft\u200dhy\u200bphen',
    'smile \u{1f642} \u2168',
    'a\u0007\u2168',
    '\u05d0\u05d1',
    '\u05d0b\u2168',
    '\ufb01\u00aa',
  ]
  for (const [index, password] of passwords.entries()) {
    const user = `odd_${index}`
    const literal = password.replaceAll("'", "''")
    await target.direct(`CREATE ROLE ${user} LOGIN PASSWORD '${literal}'`)
    const connection = await logIn({ credential: credential(user, password) })
    expect(await cellOf(connection, 'SELECT current_user')).toBe(user)
  }
})

it('sends no password in the clear without TLS', async () => {
  await expect(logIn({ credential: credential('by_plain') })).rejects.toMatchObject({
    code: 'ERR_TARGET_TLS',
  })
})

it('logs in with a client certificate', async () => {
  const certificate = { kind: 'certificate', user: 'by_cert', ...ofClient } as const
  const connection = await logIn({ credential: certificate, ...verified() })
  expect(await cellOf(connection, whoAmI)).toBe('by_cert true')
  await expect(
    logIn({ credential: { ...certificate, user: 'by_scram' }, ...verified() }),
  ).rejects.toMatchObject({ code: 'ERR_TARGET_REFUSED_CREDENTIAL' })
})

it('begins TLS at once where the connection says so', async () => {
  const direct = { sslNegotiation: 'direct' }
  const connection = await logIn({ credential: credential('by_scram'), ...verified() }, direct)
  expect(await cellOf(connection, whoAmI)).toBe('by_scram true')
})

it('binds SCRAM to the channel, and refuses to be without where it is demanded', async () => {
  const bound = { channelBinding: 'require' }
  await logIn({ credential: credential('by_scram'), ...verified() }, bound)
  for (const grant of [
    { credential: credential('by_scram') },
    { credential: credential('by_md5'), ...verified() },
    { credential: credential('by_plain'), ...verified() },
  ])
    await expect(logIn(grant, bound)).rejects.toMatchObject({ code: 'ERR_TARGET_TLS' })
})

it.each([
  ['another name', () => ({ ...verified().tls, serverName: 'other.test' })],
  ['an authority that is not known', () => ({ mode: 'verify-full' as const })],
])('refuses a certificate of %s', async (_what, tls) => {
  await expect(logIn({ credential: credential('by_scram'), tls: tls() })).rejects.toMatchObject({
    code: 'ERR_TARGET_TLS',
  })
})

it('logs in over a unix socket', async () => {
  const { socketFolder, cluster } = target
  const endpoints = [{ host: socketFolder, port: cluster.port }]
  const connection = await logIn({ credential: credential('by_scram'), endpoints })
  expect(await cellOf(connection, 'SELECT inet_client_addr() IS NULL')).toBe('t')
})

it('goes on to the next host when one is down, and stops at a refused credential', async () => {
  const { host, port } = target.cluster
  const down = { host, port: await freePort() }
  const connection = await logIn({
    credential: credential('by_scram'),
    endpoints: [down, { host, port }],
  })
  expect(connection.endpoint.port).toBe(port)
  await expect(
    logIn({ credential: credential('by_scram', 'wrong'), endpoints: [{ host, port }, down] }),
  ).rejects.toMatchObject({ code: 'ERR_TARGET_REFUSED_CREDENTIAL' })
})

it('keeps what it pins through a role that has other defaults, RESET ALL and DISCARD ALL', async () => {
  await target.direct(`ALTER ROLE by_scram SET standard_conforming_strings = off`)
  await target.direct(`ALTER ROLE by_scram SET client_encoding = 'SJIS'`)
  await target.direct(`ALTER ROLE by_scram SET search_path = 'hidden', public`)
  const connection = await logIn({ credential: credential('by_scram') })
  await target.direct('ALTER ROLE by_scram RESET ALL')
  const pinned = `SELECT current_setting('client_encoding') || current_setting('standard_conforming_strings')`
  expect(connection.searchPath).toBe('hidden, public')
  for (const reset of ['RESET ALL', 'DISCARD ALL', 'RESET client_encoding']) {
    await cellOf(connection, reset)
    expect(await cellOf(connection, pinned)).toBe('UTF8on')
    expect(await cellOf(connection, 'SHOW search_path')).toBe('hidden, public')
  }
})

it('takes a database name as data', async () => {
  for (const database of ['x sslmode=disable host=evil', 'postgres://evil/x', `x' OR '1`])
    await expect(logIn({ credential: credential('by_scram'), database })).rejects.toMatchObject({
      code: 'ERR_TARGET_UNREACHABLE',
      cause: { message: /3D000/ },
    })
})

describe('a hostile target', () => {
  let behave: (socket: Socket) => void
  const server = createServer((socket) => {
    socket.on('error', () => undefined).once('data', () => behave(socket))
  })
  const grant = () => ({
    credential: credential('by_scram'),
    endpoints: [{ host: '127.0.0.1', port: (server.address() as AddressInfo).port }],
  })

  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
  afterAll(() => new Promise((resolve) => server.close(resolve)))

  it.each([
    ['says yes and stuffs plain text behind it (CVE-2021-23222)', 'SE\0\0\0\x08oops'],
    ['answers with an error', 'E\0\0\0\x08oops'],
    ['refuses', 'N'],
  ])('%s instead of TLS', async (_what, answer) => {
    behave = (socket) => socket.write(answer, 'latin1')
    await expect(logIn({ ...grant(), ...verified() })).rejects.toMatchObject({
      code: 'ERR_TARGET_TLS',
      message: expect.not.stringContaining('oops') as string,
    })
  })

  it.each([
    ['a length below its minimum', 'R\0\0\0\x03'],
    ['a length of 2 GiB', 'R\x7f\xff\xff\xff'],
    ['a negative length', 'R\xff\xff\xff\xff'],
    ['an authentication method that is not known', 'R\0\0\0\x08\0\0\0\x07'],
    ['a message that is out of place', 'Z\0\0\0\x05I'],
    ['an end', ''],
  ])('sends %s', async (_what, answer) => {
    behave = (socket) => socket.end(answer, 'latin1')
    await expect(logIn(grant())).rejects.toMatchObject({ code: /^ERR_(TARGET|PROTOCOL)_/ })
  })
})
