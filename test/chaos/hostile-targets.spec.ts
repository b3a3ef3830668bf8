import { join } from 'node:path'
import { registerHttp } from '../e2e/http/register'
import { eventually } from '../support/eventually'
import { Instance, root } from '../support/instance'
import { headers, text } from './hostile/frames'
import { hostileAnswers } from './hostile/http2-answers'
import { Http2Target, type Asked } from './hostile/http2-target'

/**
 * Targets over HTTP/2 that do what the protocol forbids, or nothing: it ends no process, holds no client longer than the
 * limits of its connection, and shows nobody what is another's.
 */

const instance = new Instance(join(root, '.cache/chaos/targets'), 22_900)
const target = new Http2Target()
const limitMillis = 1_500
let url: string
let tokens: readonly string[]

jest.setTimeout(120_000)

beforeAll(async () => {
  await instance.remove()
  await instance.start()
  url = await registerHttp(instance, {
    name: 'hostile',
    port: await target.start(),
    tls: { mode: 'require' },
    settings: { upstream: { headersMillis: limitMillis, bodyMillis: limitMillis } },
  })
  const admin = await instance.api('admin')
  const binding = { role: 'user', subject: 'subject:carol', connections: ['hostile'] }
  await admin.ok('POST', '/v1/role-bindings', binding)
  tokens = await Promise.all([instance.token('aiAgent'), instance.tokenOf('carol')])
})

afterAll(async () => {
  target.stop()
  await instance.remove()
})

interface Seen {
  readonly status: number
  readonly body: string
  readonly code: string | null
}

/** What a client sees; a body that is broken off is told as that. */
async function ask(token = tokens[0] ?? '', init: RequestInit = {}): Promise<Seen> {
  const signal = AbortSignal.timeout(20_000)
  const authorization = `Bearer ${token}`
  const answer = await fetch(`${url}/x`, { ...init, headers: { authorization }, signal })
  const body = await answer.text().catch((error: unknown) => {
    if (signal.aborted) throw error
    return 'broken off'
  })
  return { status: answer.status, body, code: answer.headers.get('wardgate-error') }
}

/** Which connection it came on. A connection that was left within a frame may fail one more request. */
async function answered(token: string): Promise<string | undefined> {
  const { status, body } = await ask(token)
  return status === 200 && /^connection \d+$/.test(body) ? body : undefined
}

/** Says which connection it came on. */
const wellBehaved = ({ stream, connection, send }: Asked) =>
  send(
    headers(stream, { ':status': '200', 'content-type': 'text/plain' }),
    text(stream, `connection ${connection}`),
  )

it('serves a target that behaves', async () => {
  target.answer = wellBehaved
  expect(await ask()).toMatchObject({ status: 200, body: expect.stringMatching(/^connection/) })
})

describe.each(hostileAnswers)('a target that sends %s', (_what, hostile) => {
  it.each(['GET', 'HEAD', 'POST'])('holds up and ends nothing: %s', async (method) => {
    const pid = instance.processes().get('agent')
    target.answer = hostile
    const init = method === 'POST' ? { method, body: 'a'.repeat(100_000) } : { method }
    const start = Date.now()
    const seen = await Promise.all([
      ask(tokens[0], init),
      ask(tokens[0], init),
      ask(tokens[1], init),
    ])
    expect(Date.now() - start).toBeLessThan(15_000)
    for (const { status, code } of seen) if (status >= 500) expect(code).toMatch(/^ERR_TARGET_/)
    for (const { body } of seen) expect(body).not.toMatch(/smuggled|set-cookie/)
    target.answer = wellBehaved
    const after = await Promise.all(tokens.map((token) => eventually(() => answered(token))))
    expect(after[0]).not.toBe(after[1])
    expect(instance.processes().get('agent')).toBe(pid)
  })
})
