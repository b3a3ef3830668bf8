import { Stage } from '../testing/stage'

let stage: Stage
let asked: number

beforeEach(async () => {
  asked = 0
  stage = await Stage.start({
    target: (request, response) => {
      asked += 1
      response.writeHead(200, { 'content-type': 'text/plain' })
      response.end(request.method === 'HEAD' ? undefined : 'the answer')
    },
  })
})
afterEach(() => stage.stop())

const unavailable = { status: 503, code: 'ERR_AUDIT_UNAVAILABLE', detail: 'the recording is full' }

it('tells a client whose request cannot be recorded, and sends nothing', async () => {
  stage.recorder.refuses = (what) => what === 'in-head'
  expect(await (await stage.fetch('/x')).json()).toMatchObject(unavailable)
  expect(asked).toBe(0)
})

it('withholds an answer that cannot be recorded, and says why', async () => {
  stage.recorder.refuses = (_what, text) => text.startsWith('HTTP/1.1 200')
  const response = await stage.fetch('/x')
  expect(response.headers.get('wardgate-error')).toBe('ERR_AUDIT_UNAVAILABLE')
  expect(await response.json()).toMatchObject(unavailable)
  expect(stage.spool.of('outcome')).toMatchObject([
    { outcome: { status: 'succeeded', error: { code: 'ERR_AUDIT_UNAVAILABLE' } } },
  ])
})

it('says so where the refusal cannot be recorded either', async () => {
  stage.recorder.refuses = (what) => what.startsWith('out-')
  const response = await stage.fetch('/x')
  expect(await response.json()).toMatchObject(unavailable)
  expect(asked).toBe(1)
})

it('says so instead of what a rule says, which cannot be recorded', async () => {
  stage.controlPlane.answer = () => stage.controlPlane.deny()
  stage.recorder.refuses = (what) => what === 'out-head'
  expect(await (await stage.fetch('/x')).json()).toMatchObject(unavailable)
})

it('answers 503 to HEAD as well', async () => {
  stage.recorder.refuses = (what) => what === 'out-head'
  expect((await stage.fetch('/x', { method: 'HEAD' })).status).toBe(503)
})

it('breaks off an answer whose body cannot be recorded further', async () => {
  stage.recorder.refuses = (what) => what === 'out-more'
  await expect(stage.fetch('/x').then((response) => response.text())).rejects.toThrow()
})

it('answers the next request of the connection with the reason too', async () => {
  stage.recorder.refuses = (what) => what === 'out-head'
  const request = 'GET /shop/x HTTP/1.1\r\nhost: g\r\nauthorization: Bearer t\r\n\r\n'
  const seen = await stage.raw(request + request, (text) => text.split('503').length > 4)
  expect(seen.match(/^HTTP\/1.1 503 /gm)).toHaveLength(2)
})
