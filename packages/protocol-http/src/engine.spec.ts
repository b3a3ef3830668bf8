import type { RequestOperation } from '@wardgate/gateway'
import { gzipSync } from 'node:zlib'
import type { IncomingMessage } from 'node:http'
import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { connect } from 'node:net'
import { fakeHold } from '@wardgate/gateway/testing'
import { Stage, type StageOptions } from './testing/stage'

let stage: Stage
let received: { request: IncomingMessage; body: string }[]

async function start(options: StageOptions = {}): Promise<Stage> {
  received = []
  const answer = options.target
  stage = await Stage.start({
    ...options,
    target: (request, response) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        received.push({ request, body: Buffer.concat(parts).toString() })
        if (answer) answer(request, response)
        else response.setHeader('content-type', 'text/plain').end('hello')
      })
    },
  })
  return stage
}

afterEach(() => stage.stop())

/** Lets everything that is under way in this process arrive. */
async function turns(count = 50): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate)
}

const operations = () =>
  stage.controlPlane.asked.map(({ operation }) => operation as RequestOperation)

it('sends what was decided, and shows the answer', async () => {
  await start()
  const response = await stage.fetch('/users//7/../8?x=1%2f', { headers: { 'x-one': '1' } })
  expect(response.status).toBe(200)
  expect(await response.text()).toBe('hello')
  expect(operations()).toMatchObject([
    {
      kind: 'request',
      method: 'GET',
      scheme: 'http',
      authority: `127.0.0.1:${stage.targetPort}`,
      path: '/users/8',
      query: 'x=1%2f',
      body: { kind: 'none' },
    },
  ])
  expect(received[0]?.request.url).toBe('/users/8?x=1%2f')
  expect(received[0]?.request.headers).toMatchObject({
    host: `127.0.0.1:${stage.targetPort}`,
    'x-one': '1',
    'x-forwarded-for': '192.0.2.1',
  })
  expect(received[0]?.request.headers).not.toHaveProperty('authorization')
  await stage.spool.until(({ entries }) => entries.some(({ kind }) => kind === 'outcome'))
  expect(stage.spool.of('outcome')).toMatchObject([
    { outcome: { status: 'succeeded', completion: '200', rows: 1, bytes: 5 } },
  ])
})

it('judges a body whole and sends what it judged', async () => {
  await start()
  const body = JSON.stringify({ name: 'Ada' })
  const headers = { 'content-type': 'application/json' }
  const response = await stage.fetch('/users', { method: 'POST', body, headers })
  expect(response.status).toBe(200)
  expect(received[0]?.body).toBe(body)
  expect(operations()[0]?.body).toEqual({
    kind: 'whole',
    mediaType: 'application/json',
    bytes: Buffer.from(body),
  })
})

describe('request bodies', () => {
  const post = (body: RequestInit['body'], headers: Record<string, string> = {}) =>
    stage.fetch('/users', { method: 'POST', body, headers, duplex: 'half' } as RequestInit)

  it('undoes compression, for the rules and for the target alike', async () => {
    await start()
    await post(gzipSync('{"a":1}'), { 'content-encoding': 'gzip' })
    expect(received[0]).toMatchObject({ body: '{"a":1}' })
    expect(received[0]?.request.headers).not.toHaveProperty('content-encoding')
    expect(operations()[0]?.headers.map(({ name }) => name)).not.toContain('content-encoding')
  })

  it('refuses a bomb', async () => {
    await start()
    const response = await post(gzipSync(Buffer.alloc(900_000)), { 'content-encoding': 'gzip' })
    expect(response.status).toBe(413)
    expect(operations()).toEqual([])
  })

  it('refuses what is not compressed as it says', async () => {
    await start()
    expect((await post('plain', { 'content-encoding': 'gzip' })).status).toBe(400)
    expect(received).toEqual([])
  })

  it('leaves a body in an unknown coding unread', async () => {
    await start()
    await post('??', { 'content-encoding': 'compress', 'content-type': 'text/plain' })
    expect(operations()[0]?.body).toEqual({ kind: 'unread', mediaType: 'text/plain', length: 2 })
    expect(received[0]).toMatchObject({ body: '??' })
    expect(received[0]?.request.headers).toMatchObject({ 'content-encoding': 'compress' })
  })

  it('streams what is larger than the limit, and says that it was not read', async () => {
    await start({ settings: { maxBodyBytes: 1_000 } })
    const large = 'x'.repeat(300_000)
    await post(large)
    expect(operations()[0]?.body).toMatchObject({ kind: 'unread', length: 300_000 })
    expect(received[0]?.body).toBe(large)
  })

  it('streams a large body of unknown length, from its first byte', async () => {
    await start({ settings: { maxBodyBytes: 1_000 } })
    const parts = Array.from({ length: 50 }, (_, index) => String(index % 10).repeat(1_000))
    await post(new Blob(parts).stream())
    expect(operations()[0]?.body).toMatchObject({ kind: 'unread', length: undefined })
    expect(received[0]?.body).toBe(parts.join(''))
  })

  it('forwards nothing of a body that was denied', async () => {
    await start()
    stage.controlPlane.answer = () => stage.controlPlane.deny()
    const response = await post('secret')
    expect(response.status).toBe(403)
    const text = await response.text()
    expect(JSON.parse(text)).toMatchObject({
      code: 'ERR_POLICY_DENIED',
      detail: 'rule shop/no-ddl denies this',
      nextStep: expect.any(String),
    })
    expect(received).toEqual([])
    const [asked, told] = stage.recorder.recorded
    expect([asked?.direction, told?.direction]).toEqual(['in-head', 'out-head'])
    expect(told?.text).toMatch(/^HTTP\/1.1 403\r\n/)
    expect(told?.text.endsWith(`\r\n\r\n${text}`)).toBe(true)
  })

  it('gives leave to a client that asks before it sends', async () => {
    await start()
    const head =
      'POST /shop/x HTTP/1.1\r\nhost: g\r\nauthorization: Bearer t\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n'
    const seen = await stage.raw(head, (text) => text.includes('100 Continue'))
    expect(seen).toMatch(/^HTTP\/1.1 100 Continue/)
  })

  it('waits no longer than its limit for a slow body', async () => {
    await start({ settings: { bodyMillis: 100 } })
    const head =
      'POST /shop/x HTTP/1.1\r\nhost: g\r\nauthorization: Bearer t\r\ncontent-length: 9\r\n\r\nslow'
    expect(await stage.raw(head)).toMatch(/^HTTP\/1.1 400 [^]*did not arrive within 100 ms/)
  })
})

describe('answers', () => {
  it('passes status, headers and body of an error', async () => {
    await start({
      target: (_request, response) => response.writeHead(418, { 'x-tea': 'pot' }).end('short'),
    })
    const response = await stage.fetch('/brew')
    expect([response.status, response.headers.get('x-tea'), await response.text()]).toEqual([
      418,
      'pot',
      'short',
    ])
    await stage.spool.until(({ entries }) => entries.some(({ kind }) => kind === 'outcome'))
    expect(stage.spool.of('outcome')).toMatchObject([
      { outcome: { status: 'failed', error: { code: 'HTTP 418' } } },
    ])
  })

  it('shows events as they come', async () => {
    let more: () => void = () => undefined
    await start({
      target: (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write('data: 1\n\n')
        more = () => response.end('data: 2\n\n')
      },
    })
    const reader = (await stage.fetch('/events')).body!.getReader()
    expect(Buffer.from((await reader.read()).value).toString()).toBe('data: 1\n\n')
    more()
    expect(Buffer.from((await reader.read()).value).toString()).toBe('data: 2\n\n')
    expect((await reader.read()).done).toBe(true)
  })

  it('keeps redirects within its own prefix', async () => {
    await start({
      target: ({ url, headers }, response) => {
        const places: Record<string, string> = {
          '/absolute': `http://${headers.host ?? ''}/there?a=b`,
          '/path': '/there',
          '/relative': 'there',
          '/up': '../there',
        }
        response.writeHead(302, { location: places[url ?? ''] }).end()
      },
    })
    const locations = await Promise.all(
      ['/absolute', '/path', '/relative', '/up'].map(async (path) =>
        (await stage.fetch(path)).headers.get('location'),
      ),
    )
    expect(locations).toEqual(['/shop/there?a=b', '/shop/there', '/shop/there', '/shop/there'])
  })

  it.each([
    'http://169.254.169.254/latest/meta-data',
    '//evil.test/x',
    'http://user:secret@127.0.0.1/',
    'file:///etc/passwd',
    'http:\\\\evil.test',
    'javascript:alert(1)',
  ])('withholds a redirect to %s', async (location) => {
    await start({ target: (_request, response) => response.writeHead(302, { location }).end() })
    const response = await stage.fetch('/x')
    expect(response.status).toBe(403)
    expect(response.headers.get('location')).toBeNull()
    expect(await response.json()).toMatchObject({ detail: 'the target redirects to another host' })
  })

  it('keeps cookies of one connection from the others', async () => {
    await start({
      target: (_request, response) =>
        response.setHeader('set-cookie', ['a=1; Path=/api; Domain=x.test', 'b=2']).end(),
    })
    expect((await stage.fetch('/x')).headers.getSetCookie()).toEqual([
      'a=1; Path=/shop/api',
      'b=2; Path=/shop/',
    ])
  })

  it('tells of no other way to the target', async () => {
    await start({
      target: (_request, response) =>
        response.setHeader('alt-svc', 'h3=":443"').setHeader('www-authenticate', 'Basic').end(),
    })
    const { headers } = await stage.fetch('/x')
    expect(headers.get('alt-svc')).toBeNull()
    expect(headers.get('www-authenticate')).toBeNull()
  })

  it('answers HEAD without a body', async () => {
    await start({ target: (_request, response) => response.setHeader('content-length', 7).end() })
    const response = await stage.fetch('/x', { method: 'HEAD' })
    expect(response.headers.get('content-length')).toBe('7')
  })

  it('breaks off an answer that the target broke off', async () => {
    await start({
      target: (_request, response) => {
        response.writeHead(200, { 'content-length': 100 })
        response.write('half')
        setImmediate(() => response.destroy())
      },
    })
    const response = await stage.fetch('/x')
    await expect(response.text()).rejects.toThrow()
    await stage.spool.until(({ entries }) => entries.some(({ kind }) => kind === 'session-ended'))
    expect(stage.spool.of('session-ended')).toMatchObject([{ errorCode: 'ERR_TARGET_LOST' }])
  })

  it('lets a slow client hold up a fast target', async () => {
    const megabyte = Buffer.alloc(1024 * 1024, 'x')
    let written = 0
    await start({
      target: (_request, response) => {
        const more = () => {
          while (written < 16 && response.write(megabyte)) written += 1
          if (written < 16) response.once('drain', more)
          else response.end()
          written += 1
        }
        more()
      },
    })
    const response = await stage.fetch('/x')
    await turns(2_000)
    expect(written).toBeLessThan(16)
    expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(14 * megabyte.length)
  })
})

describe('approval', () => {
  async function held(headers: Record<string, string> = {}) {
    await start()
    const script = stage.controlPlane.hold()
    stage.controlPlane.answer = () => script
    const leaving = new AbortController()
    const answered = stage.fetch('/x', { method: 'DELETE', headers, signal: leaving.signal })
    answered.catch(() => undefined)
    await stage.controlPlane.untilAsked(1)
    await turns()
    return { script, answered, leaving }
  }

  it('keeps the request open until it is approved', async () => {
    const { script, answered } = await held()
    expect(received).toEqual([])
    script.decide(stage.controlPlane.allow({ approvalId: fakeHold.approvalId }))
    expect((await answered).status).toBe(200)
    expect(received).toHaveLength(1)
  })

  it('says where the approval is and when to come again', async () => {
    const { answered } = await held()
    stage.clock.advance(fakeHold.holdMillis)
    const response = await answered
    expect([response.status, response.headers.get('retry-after')]).toEqual([403, '15'])
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    const text = await response.text()
    expect(JSON.parse(text)).toMatchObject({
      code: 'ERR_APPROVAL_PENDING',
      approvalId: fakeHold.approvalId,
      approvalUrl: fakeHold.url,
      nextStep: expect.stringContaining('Send the identical operation again') as unknown,
      retryable: true,
    })
    expect(text.match(/send the identical operation again/gi)).toHaveLength(1)
  })

  it('waits no longer than the client prefers', async () => {
    const { answered } = await held({ prefer: 'wait=5, return=minimal' })
    stage.clock.advance(5_000)
    expect((await answered).status).toBe(403)
    expect(stage.controlPlane.withdrawn).toMatchObject([{ reason: 'hold-elapsed' }])
    expect(operations()[0]?.headers).toContainEqual({ name: 'prefer', value: 'return=minimal' })
  })

  it('answers at once with 202 when the client prefers that', async () => {
    const { answered } = await held({ prefer: 'respond-async' })
    stage.clock.advance(0)
    const response = await answered
    expect(response.status).toBe(202)
    expect(await response.json()).toMatchObject({
      title: 'The operation waits for approval; nothing of it has run.',
      approvalId: fakeHold.approvalId,
    })
    expect(received).toEqual([])
  })

  it('withdraws when the client goes away', async () => {
    const { script, leaving } = await held()
    leaving.abort()
    await stage.spool.until(({ entries }) => entries.some(({ kind }) => kind === 'refused'))
    script.decide(stage.controlPlane.allow({ approvalId: fakeHold.approvalId }))
    expect(stage.controlPlane.withdrawn).toMatchObject([{ reason: 'abandoned' }])
    expect(received).toEqual([])
  })
})

describe('HTTP/2', () => {
  const open = () => connectHttp2(`http://127.0.0.1:${stage.port}`)
  const ask = (client: ReturnType<typeof open>, path: string, token = 'token-1', body = '') =>
    new Promise<{ status: unknown; text: string }>((resolve, reject) => {
      const method = body === '' ? 'GET' : 'POST'
      const stream = client.request({
        ':path': path,
        ':method': method,
        authorization: `Bearer ${token}`,
      })
      let text = ''
      let status: unknown
      stream.on('response', (headers) => (status = headers[':status']))
      stream.on('data', (part: Buffer) => (text += part.toString()))
      stream.once('end', () => resolve({ status, text })).once('error', reject)
      if (body !== '') stream.end(body)
    })

  it.each([
    ['a Host that is not its :authority', { ':authority': 'gate', host: 'evil.test' }],
    ['a user in its :authority', { ':authority': 'shop@evil.test' }],
  ])('refuses a request with %s, and goes on with others', async (_title, fields) => {
    await start()
    const client = open()
    const headers = { ':path': '/shop/x', authorization: 'Bearer token-1', ...fields }
    const refused = client.request(headers).resume()
    const [answer] = (await once(refused, 'response')) as [Record<string, unknown>]
    expect([answer[':status'], answer['wardgate-error']]).toEqual([400, 'ERR_PROTOCOL_MALFORMED'])
    expect((await ask(client, '/shop/x')).status).toBe(200)
    client.close()
    expect(stage.controlPlane.asked).toHaveLength(1)
  })

  it('serves requests of one identity side by side', async () => {
    let waiting: (() => void)[] = []
    await start({
      target: (_request, response) => {
        waiting.push(() => response.end('both'))
        if (waiting.length < 2) return
        for (const answer of waiting) answer()
        waiting = []
      },
    })
    const client = open()
    const answers = await Promise.all([
      ask(client, '/shop/1'),
      ask(client, '/shop/2', 'token-1', 'x'),
    ])
    client.close()
    expect(answers).toEqual([
      { status: 200, text: 'both' },
      { status: 200, text: 'both' },
    ])
    expect(stage.controlPlane.opened).toHaveLength(1)
  })

  it('sends another identity to another connection while one is served', async () => {
    let answer: () => void = () => undefined
    await start({ target: (_request, response) => (answer = () => response.end('late')) })
    const client = open()
    const first = ask(client, '/shop/1')
    await stage.spool.until(({ entries }) => entries.some(({ kind }) => kind === 'intent'))
    expect(await ask(client, '/shop/2', 'token-2')).toMatchObject({ status: 421 })
    await stage.spool.until(({ entries }) => entries.some(({ kind }) => kind === 'intent'))
    answer()
    expect(await first).toEqual({ status: 200, text: 'late' })
    client.close()
  })

  it('withdraws one stream that is reset, and serves the others', async () => {
    await start()
    const script = stage.controlPlane.hold()
    stage.controlPlane.answer = (operation) =>
      (operation as RequestOperation).path === '/held' ? script : stage.controlPlane.allow()
    const client = open()
    const stream = client.request({ ':path': '/shop/held', authorization: 'Bearer token-1' })
    stream.on('error', () => undefined)
    await stage.controlPlane.untilAsked(1)
    stream.close(8)
    await stage.spool.until(({ entries }) => entries.some(({ kind }) => kind === 'refused'))
    expect(await ask(client, '/shop/other')).toMatchObject({ status: 200 })
    expect(received.map(({ request }) => request.url)).toEqual(['/other'])
    client.close()
  })

  it('ends the session of a client that leaves without a word', async () => {
    await start()
    const socket = connect(stage.port, '127.0.0.1')
    const client = connectHttp2(stage.url, { createConnection: () => socket })
    expect(await ask(client, '/shop/a')).toMatchObject({ status: 200 })
    socket.destroy()
    await stage.spool.until(({ entries }) => entries.some(({ kind }) => kind === 'session-ended'))
    expect(stage.spool.of('session-ended')).toMatchObject([{ reason: 'client' }])
  })

  it('outlives a rapid reset', async () => {
    await start()
    const client = open()
    client.on('error', () => undefined)
    for (let count = 0; count < 1_400; count += 1) {
      const stream = client.request({ ':path': '/shop/x', authorization: 'Bearer token-1' })
      stream.on('error', () => undefined)
      stream.close(8)
    }
    await new Promise((resolve) => client.once('close', resolve))
    expect(received.length).toBeLessThan(1_200)
    expect((await stage.fetch('/after')).status).toBe(200)
  }, 20_000)
})

it('closes an idle connection', async () => {
  await start({ settings: { keepAliveMillis: 100 } })
  await stage.raw('GET /shop/ HTTP/1.1\r\nhost: g\r\nauthorization: Bearer t\r\n\r\n')
  expect(stage.spool.of('session-ended')).toMatchObject([{ errorCode: 'ERR_LIMIT_IDLE' }])
})

it('logs in anew on the same connection once the control plane is back', async () => {
  await start()
  const get = 'GET /shop/ HTTP/1.1\r\nhost: g\r\nauthorization: Bearer t\r\n\r\n'
  const client = connect(stage.port, '127.0.0.1')
  client.write(get)
  await once(client, 'data')
  client.write(get)
  await once(client, 'data')
  expect(stage.controlPlane.opened).toHaveLength(1)
  stage.controlPlane.restart()
  client.write(get)
  expect(String(await once(client, 'data'))).toContain('200 OK')
  expect(stage.controlPlane.opened).toHaveLength(2)
  client.destroy()
})

it('keeps connections to the target, for the same principal alone', async () => {
  const ports = new Set<number | undefined>()
  await start({
    target: ({ socket }, response) => {
      ports.add(socket.remotePort)
      response.end()
    },
  })
  const once = () =>
    stage.raw(
      'GET /shop/ HTTP/1.1\r\nhost: g\r\nconnection: close\r\nauthorization: Bearer t\r\n\r\n',
    )
  await once()
  await once()
  expect(ports.size).toBe(1)
  stage.controlPlane.grant = { ...stage.controlPlane.grant, principalId: 'principal-2' }
  await once()
  expect(ports.size).toBe(2)
})
