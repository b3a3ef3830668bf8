import { connect } from 'node:net'
import { ApiClient } from '../../testing/api-client'
import { startTestApp, type TestApp } from '../../testing/test-app'

let test: TestApp
let api: ApiClient

beforeAll(async () => {
  test = await startTestApp()
  api = new ApiClient(test.url)
}, 60_000)

afterAll(() => test.stop())

it.each([
  ['DELETE', '/v1/me', 'GET, HEAD'],
  ['GET', '/v1/token?x=1', 'POST'],
  ['PUT', '/v1/connections/01a201b9-c8a3-7378-a7e6-33ba8e38d3a6', 'DELETE, GET, HEAD, PATCH'],
])('%s %s is told which methods the path takes', async (method, path, allow) => {
  const answer = await fetch(`${test.url}${path}`, { method })
  expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow])
  expect(answer.headers.get('content-type')).toContain('application/problem+json')
  expect(await answer.json()).toMatchObject({
    code: 'ERR_REQUEST_METHOD',
    detail: `this path takes ${allow}`,
  })
})

it('says of any other path that it is not there', async () => {
  const { status, body, headers } = await api.get('/v1/nothing')
  expect([status, body.code, headers.get('allow')]).toEqual([404, 'ERR_REQUEST_NOT_FOUND', null])
})

it.each([
  ['{"name": "a",}', 'the body is not JSON: line 1, column 14'],
  ['{"name": "hunter2"\n"b"}', 'the body is not JSON: line 2, column 1'],
  ['', 'the body is not JSON: line 1, column 1'],
  ['{"__proto__": {}}', 'the request cannot be read'],
])('says where the body %j stops being JSON, and does not repeat it', async (body, message) => {
  const headers = { 'Content-Type': 'application/json' }
  const answer = await fetch(`${test.url}/v1/token`, { method: 'POST', headers, body })
  const problem = (await answer.json()) as { errors: unknown }
  expect(answer.status).toBe(400)
  expect(problem.errors).toEqual([{ path: '', message }])
  expect(JSON.stringify(problem)).not.toContain('hunter2')
})

it.each([
  ['/v1/token', 'application/json', 'application/x-www-form-urlencoded'],
  ['/v1/token', 'text/plain', 'application/x-www-form-urlencoded'],
  ['/v1/token', 'application/xml', null],
])('%s refuses %s, whatever is in it', async (path, label, accepted) => {
  const headers = { 'Content-Type': label }
  const answer = await fetch(`${test.url}${path}`, { method: 'POST', headers, body: '{}' })
  expect([answer.status, answer.headers.get('accept')]).toEqual([415, accepted])
  expect(await answer.json()).toMatchObject({ code: 'ERR_REQUEST_MEDIA_TYPE', status: 415 })
})

it('answers a path that is no path as all else', async () => {
  const { status, body, headers } = await api.get('/v1/connections/%zz')
  expect([status, body.code]).toEqual([400, 'ERR_REQUEST_INVALID'])
  expect(headers.get('content-type')).toContain('application/problem+json')
  expect(headers.get('x-request-id')).toBe(body.instance.replace('urn:uuid:', ''))
  expect(headers.get('cache-control')).toBe('no-store')
})

it.each([
  [`GET / HTTP/1.1\r\nA: ${'a'.repeat(20_000)}\r\n\r\n`, 431, 'ERR_REQUEST_OVERSIZE'],
  ['nonsense\r\n\r\n', 400, 'ERR_REQUEST_INVALID'],
])('answers what never became a request as all else', async (bytes, status, code) => {
  const answer = await exchangeBytes(bytes)
  expect(answer).toContain(`HTTP/1.1 ${status} `)
  expect(answer).toContain('Content-Type: application/problem+json')
  expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({ status, code })
})

function exchangeBytes(bytes: string): Promise<string> {
  const { hostname, port } = new URL(test.url)
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) })
    let answer = ''
    socket.setEncoding('utf8').on('data', (text: string) => (answer += text))
    socket.once('end', () => resolve(answer)).once('error', reject)
    socket.write(bytes)
  })
}
