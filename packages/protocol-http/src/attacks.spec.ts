import type { RequestOperation } from '@wardgate/gateway'
import { Stage } from './testing/stage'

/** Attacks on the framing and naming of requests, by their number in the bypass corpus, with cousins. */
let stage: Stage
let reached: {
  method: string
  url: string
  headers: NodeJS.Dict<string | string[]>
  body: string
}[]

beforeEach(async () => {
  reached = []
  stage = await Stage.start({
    target: (request, response) => {
      let body = ''
      request.on('data', (part: Buffer) => (body += part.toString()))
      request.on('end', () => {
        const { method = '', url = '', headers } = request
        reached.push({ method, url, headers, body })
        response.end('reached')
      })
    },
  })
})

afterEach(() => stage.stop())

const asked = () => stage.controlPlane.asked.map(({ operation }) => operation as RequestOperation)
const host = 'host: gateway\r\nauthorization: Bearer token-1\r\n'
const get = (target: string, rest = '') => `GET ${target} HTTP/1.1\r\n${host}${rest}\r\n`
const post = (rest: string) => `POST /shop/users HTTP/1.1\r\n${host}${rest}`
const statusOf = (answer: string) => /^HTTP\/1.1 (\d{3})/.exec(answer)?.[1]

it.each([
  ['003 CL.TE', post('content-length: 6\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nG')],
  ['003 TE.CL', post('transfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n1\r\nZ\r\nQ')],
  ['003 TE.TE', post('transfer-encoding: chunked\r\ntransfer-encoding: x\r\n\r\n0\r\n\r\n')],
  ['003 identity before chunked', post('transfer-encoding: identity, chunked\r\n\r\n0\r\n\r\n')],
  ['003 gzip before chunked', post('transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n')],
  ['003 a coding before chunked', post('transfer-encoding: gzip, chunked, x\r\n\r\n0\r\n\r\n')],
  ['003 a spaced name', post('transfer-encoding : chunked\r\n\r\n0\r\n\r\n')],
  ['003 a vertical tab', post('transfer-encoding:\x0bchunked\r\n\r\n0\r\n\r\n')],
  ['005 a list of lengths', post('content-length: 0, 5\r\n\r\nhello')],
  ['005 a signed length', post('content-length: +5\r\n\r\nhello')],
  ['005 a hexadecimal length', post('content-length: 0x5\r\n\r\nhello')],
  ['005 two lengths', post('content-length: 0\r\ncontent-length: 5\r\n\r\nhello')],
  ['006 a bare LF in a chunk', post('transfer-encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n')],
  ['006 an endless chunk', post(`transfer-encoding: chunked\r\n\r\n${'f'.repeat(17)}\r\nx`)],
  ['006 a negative chunk', post('transfer-encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n')],
  ['a bare LF in the head', 'GET /shop/x HTTP/1.1\nhost: g\nauthorization: Bearer token-1\n\n'],
  ['obs-fold', get('/shop/x', 'x-a: 1\r\n folded: 2\r\n')],
  ['a NUL in a value', get('/shop/x', 'x-a: 1\x002\r\n')],
  ['a CR in a value', get('/shop/x', 'x-a: 1\r2\r\n')],
  ['013 two Hosts', get('/shop/x', 'host: other\r\n')],
  ['no Host', 'GET /shop/x HTTP/1.1\r\nauthorization: Bearer token-1\r\n\r\n'],
  ['two tokens', get('/shop/x', 'authorization: Bearer other\r\n')],
  ['002 a lower-case method', `delete /shop/x HTTP/1.1\r\n${host}\r\n`],
  ['002 a spaced method', `GET\t /shop/x HTTP/1.1\r\n${host}\r\n`],
  ['an unknown version', `GET /shop/x HTTP/3.0\r\n${host}\r\n`],
  ['dots above the connection', get('/shop/../other/x')],
  ['encoded dots above the connection', get('/shop/%2e%2e/other/x')],
  ['a backslash', get('/shop/a\\..\\b')],
  ['an encoded slash', get('/shop/a%2f..%2fb')],
  ['path parameters', get('/shop/admin;x/users')],
])('refuses %s', async (_title, bytes) => {
  const answer = await stage.raw(bytes, (seen) => /\r\n\r\n[^]*\}\n$/.test(seen))
  expect(statusOf(answer)).toBe('400')
  expect(asked()).toEqual([])
  expect(reached).toEqual([])
})

it.each([
  ['no Host', 400, 'GET /shop/x HTTP/1.1\r\nauthorization: Bearer token-1\r\n\r\n', 'has no Host'],
  ['an unknown expectation', 417, get('/shop/x', 'expect: 200-maybe\r\n'), '100-continue'],
  ['one among others', 417, get('/shop/x', 'expect: 100-continue, else\r\n'), '100-continue'],
  [
    'a user in Host',
    400,
    'GET /shop/x HTTP/1.1\r\nhost: a@b\r\nauthorization: Bearer token-1\r\n\r\n',
    'names a user',
  ],
])('says why it refuses %s', async (_title, status, bytes, reason) => {
  const answer = await stage.raw(bytes, (seen) => seen.endsWith('}\n'))
  expect(statusOf(answer)).toBe(String(status))
  const problem: unknown = JSON.parse(
    answer.slice(answer.indexOf('\r\n\r\n')).match(/\{.*\}/)?.[0] ?? '',
  )
  expect(problem).toMatchObject({ status, detail: expect.stringContaining(reason) as unknown })
  expect(reached).toEqual([])
})

it('006 drops chunk extensions and 007 trailers', async () => {
  const chunked =
    'transfer-encoding: chunked\r\ntrailer: x-role\r\n\r\n5;x=y\r\nhello\r\n0\r\nx-role: admin\r\n\r\n'
  await stage.raw(post(chunked), (seen) => seen.includes('reached'))
  expect(reached).toMatchObject([{ method: 'POST', url: '/users', body: 'hello' }])
  expect(JSON.stringify(reached)).not.toContain('role')
})

it('012 takes an absolute form for what it is: the name of another place', async () => {
  const answer = await stage.raw(get('http://internal/shop/x'), (seen) => seen.endsWith('}\n'))
  // Its token is for another place, and none is for a proxy.
  expect(statusOf(answer)).toBe('407')
  expect(asked()).toEqual([])
})

it('serves no connection without its settings, though the control plane opens a session', async () => {
  const answer = await stage.raw(get('/late/x'), (seen) => seen.endsWith('}\n'))
  expect(statusOf(answer)).toBe('403')
  expect(stage.controlPlane.opened).toMatchObject([{ connection: 'late' }])
  expect([asked(), reached]).toEqual([[], []])
})

it('connects to no host that is no connection', async () => {
  const answer = await stage.raw(`CONNECT internal:22 HTTP/1.1\r\n${host}\r\n`)
  expect(statusOf(answer)).toBe('407')
  expect(reached).toEqual([])
})

it('refuses TRACE, which would show what the gateway adds', async () => {
  const answer = await stage.raw(`TRACE /shop/ HTTP/1.1\r\n${host}\r\n`, (seen) =>
    seen.endsWith('}\n'),
  )
  expect(statusOf(answer)).toBe('501')
  expect(reached).toEqual([])
})

it('013, 034, 035 passes on no word of a proxy but its own', async () => {
  const spoofed = [
    'x-forwarded-for: 10.0.0.1',
    'x-forwarded-host: evil',
    'x_forwarded_user: admin',
    'forwarded: for=10.0.0.1',
    'x-original-url: /admin',
    'x-rewrite-url: /admin',
    'x-user_name: admin',
    'x-remote-user: admin',
    'x-real-ip: 10.0.0.1',
    'via: 1.1 evil',
    'connection: close, x-forwarded-for, x-secret-check, authorization',
    'x-secret-check: off',
    'proxy-authorization: Bearer token-1',
    'te: trailers',
    'cookie: a=b',
  ]
  await stage.raw(get('/shop/x', `${spoofed.join('\r\n')}\r\n`), (seen) => seen.includes('reached'))
  expect(reached[0]?.headers).toEqual({
    host: `127.0.0.1:${stage.targetPort}`,
    cookie: 'a=b',
    'x-forwarded-for': '192.0.2.1',
    'x-forwarded-proto': 'http',
    connection: 'keep-alive',
  })
})

it('takes Host for the name of a connection or for nothing', async () => {
  await stage.raw(
    `GET /x HTTP/1.1\r\nhost: shop.localhost:80\r\nauthorization: Bearer t\r\n\r\n`,
    (seen) => seen.includes('reached'),
  )
  expect(reached).toMatchObject([{ url: '/x' }])
  const odd = `GET /x HTTP/1.1\r\nhost: evil.localhost\r\nauthorization: Bearer t\r\n\r\n`
  await stage.raw(odd, (seen) => seen.endsWith('}\n') || seen.includes('reached'))
  expect(stage.controlPlane.opened.map(({ connection }) => connection)).toEqual(['shop', 'x'])
})

it('runs pipelined requests one after the other', async () => {
  const seen = await stage.raw(
    get('/shop/1') + get('/shop/2'),
    (text) => text.split('reached').length > 2,
  )
  expect(reached.map(({ url }) => url)).toEqual(['/1', '/2'])
  expect(seen.split('HTTP/1.1 200').length).toBe(3)
})

it('opens another session for another token on the same socket', async () => {
  const other = get('/shop/2').replace('token-1', 'token-2')
  await stage.raw(get('/shop/1') + other, (text) => text.split('reached').length > 2)
  expect(stage.controlPlane.opened.map(({ unverifiedCredential }) => unverifiedCredential)).toEqual(
    ['token-1', 'token-2'],
  )
})

it('answers nothing behind a request that it could not read', async () => {
  const bytes = get('/shop/a%00') + get('/shop/2')
  const answer = await stage.raw(bytes)
  expect(statusOf(answer)).toBe('400')
  expect(reached).toEqual([])
})

it('tells what is missing', async () => {
  const answer = await stage.raw('GET /shop/x HTTP/1.1\r\nhost: g\r\n\r\n')
  expect(statusOf(answer)).toBe('401')
  expect(answer).toContain('www-authenticate: Bearer')
  expect(answer).toContain('ERR_AUTH_MISSING')
})

it('refuses a header section beyond its bound', async () => {
  const answer = await stage.raw(get('/shop/x', `x-a: ${'x'.repeat(40_000)}\r\n`))
  expect(statusOf(answer)).toBe('413')
})

it('refuses more header fields than its bound', async () => {
  const answer = await stage.raw(get('/shop/x', 'a: b\r\n'.repeat(200)))
  expect(statusOf(answer)).toBe('413')
})
