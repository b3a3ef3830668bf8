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
