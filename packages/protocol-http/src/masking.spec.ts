import type { MaskingPlan } from '@wardgate/masking'
import type { RequestListener } from 'node:http'
import { brotliCompressSync, constants, createGzip, deflateSync, gzipSync } from 'node:zlib'
import { Stage } from './testing/stage'

const email = 'ada@example.com'
const person = JSON.stringify({ name: 'Ada', email, n: 1 })
const json = { 'content-type': 'application/json' }
const masking: MaskingPlan = {
  columns: [],
  origins: [],
  detectors: [{ detector: 'email', rule: 'p/emails', method: { kind: 'redact' } }],
  headers: [{ name: 'x-owner', rule: 'p/owner', method: { kind: 'redact' } }],
}

let stage: Stage

async function start(target: RequestListener, plan: MaskingPlan = masking): Promise<void> {
  stage = await Stage.start({ target })
  stage.controlPlane.answer = () => stage.controlPlane.allow({ masking: plan })
}

afterEach(() => stage.stop())

async function outcome() {
  await stage.spool.until((spool) => spool.of('outcome').length > 0)
  return stage.spool.of('outcome')[0]?.outcome
}

it.each([
  ['identity', undefined, (text: string) => Buffer.from(text)],
  ['gzip', 'gzip', (text: string) => gzipSync(text)],
  ['deflate', 'deflate', (text: string) => deflateSync(text)],
  ['br', 'br', (text: string) => brotliCompressSync(text)],
])('masks a body in %s, and what is said of its bytes goes', async (_name, coding, encode) => {
  await start((_request, response) => {
    const encoded = encode(person)
    response.writeHead(200, {
      ...json,
      ...(coding === undefined ? {} : { 'content-encoding': coding }),
      'content-length': encoded.length,
      etag: '"1"',
      'content-digest': 'sha-256=:x:',
      'last-modified': 'now',
    })
    response.end(encoded)
  })
  const headers = { 'accept-encoding': 'gzip, deflate, br' }
  const response = await stage.fetch('/x', { headers })
  const text = await response.text()
  expect(JSON.parse(text)).toMatchObject({ name: 'Ada', n: 1 })
  expect(text).not.toContain(email)
  expect(response.headers.get('content-encoding')).toBe(coding ?? null)
  const names = [...response.headers.keys()]
  for (const gone of ['content-length', 'etag', 'content-digest']) expect(names).not.toContain(gone)
  expect(await outcome()).toMatchObject({ status: 'succeeded', maskedCells: 1 })
})

const ask = (path: string, acceptEncoding: string, isEnough?: (seen: string) => boolean) =>
  stage.raw(
    `GET /shop${path} HTTP/1.1\r\nhost: g\r\nauthorization: Bearer t\r\naccept-encoding: ${acceptEncoding}\r\nconnection: close\r\n\r\n`,
    isEnough,
  )

it.each([
  ['identity', false],
  ['br', false],
  ['gzip;q=0, *', false],
  ['*;q=0', false],
  ['GZIP;q=0.5', true],
  ['*', true],
])('makes the coding anew where the client takes it: %s', async (acceptEncoding, isCoded) => {
  await start((_request, response) => {
    response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(gzipSync(person))
  })
  const seen = await ask('/x', acceptEncoding)
  expect(seen.includes('content-encoding: gzip')).toBe(isCoded)
  expect(seen.includes('"Ada"')).toBe(!isCoded)
})

it('shows each event of a compressed stream as it comes', async () => {
  const held: { end: () => void } = { end: () => undefined }
  await start((_request, response) => {
    const packed = createGzip({ flush: constants.Z_SYNC_FLUSH })
    packed.pipe(response)
    response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' })
    packed.write(`data: {"email":"${email}","n":1}\n\n`)
    held.end = () => packed.end('data: {"n":2}\n\n')
  })
  const response = await stage.fetch('/x')
  expect(response.headers.get('content-encoding')).toBe('gzip')
  const reader = response.body!.getReader()
  const first = Buffer.from((await reader.read()).value ?? []).toString()
  expect(first).toContain('"n":1')
  expect(first).not.toContain(email)
  held.end()
  let rest = ''
  for (let part = await reader.read(); !part.done; part = await reader.read())
    rest += Buffer.from(part.value).toString()
  expect(rest).toContain('"n":2')
})

it('passes a large compressed body whole to a slow reader, and ends when it leaves', async () => {
  const rows = Array.from({ length: 60_000 }, (_, id) => ({ id, email, noise: Math.random() }))
  await start((_request, response) => {
    response.writeHead(200, { ...json, 'content-encoding': 'gzip' })
    response.end(gzipSync(JSON.stringify(rows)))
  })
  const whole = JSON.parse(await (await stage.fetch('/x')).text()) as unknown[]
  expect(whole).toHaveLength(rows.length)
  const left = await ask('/x', 'gzip', (seen) => seen.length > 1_000)
  expect(left).toContain('content-encoding: gzip')
  await stage.spool.until((spool) => spool.of('outcome').length === 2)
})

it('masks headers and trailers', async () => {
  await start((_request, response) => {
    response.writeHead(200, { ...json, 'x-owner': 'Ada', trailer: 'x-owner' })
    response.write('{}')
    response.addTrailers({ 'x-owner': 'Ada' })
    response.end()
  })
  const seen = await stage.raw(
    'GET /shop/x HTTP/1.1\r\nhost: g\r\nauthorization: Bearer t\r\nconnection: close\r\n\r\n',
  )
  expect(seen).toContain('x-owner: ')
  expect(seen).not.toContain('Ada')
})

it('masks errors', async () => {
  await start((_request, response) => {
    response.writeHead(500, json).end(JSON.stringify({ error: `no mail to ${email}` }))
  })
  const response = await stage.fetch('/x')
  expect(response.status).toBe(500)
  expect(await response.text()).not.toContain(email)
})

it('masks events as they come', async () => {
  let more: () => void = () => undefined
  await start((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(`data: ${person}\n\n`)
    more = () => response.end()
  })
  const reader = (await stage.fetch('/x')).body!.getReader()
  const first = Buffer.from((await reader.read()).value).toString()
  expect(first).toContain('"name":"Ada"')
  expect(first).not.toContain(email)
  more()
})

it('asks for no range of what it masks', async () => {
  let asked: unknown
  await start((request, response) => {
    asked = request.headers.range
    response.writeHead(200, json).end(person)
  })
  const response = await stage.fetch('/x', { headers: { range: 'bytes=20-40', 'if-range': '"1"' } })
  expect(response.status).toBe(200)
  expect(asked).toBeUndefined()
})

it('withholds a part that the target sends all the same', async () => {
  await start((_request, response) => {
    response.writeHead(206, { ...json, 'content-range': 'bytes 0-9/99' }).end(person.slice(0, 10))
  })
  expect((await stage.fetch('/x')).status).toBe(502)
})

it('tells no length of what it masks to HEAD', async () => {
  await start((_request, response) => {
    response.writeHead(200, { ...json, 'content-length': person.length }).end()
  })
  const response = await stage.fetch('/x', { method: 'HEAD' })
  expect(response.status).toBe(200)
  expect(response.headers.get('content-length')).toBeNull()
})

it.each([204, 200])('passes an answer %i that has neither body nor type', async (status) => {
  const length = status === 200 ? { 'content-length': 0 } : {}
  await start((_request, response) => response.writeHead(status, length).end())
  expect((await stage.fetch('/x', { method: 'DELETE' })).status).toBe(status)
})

it.each([
  ['a binary body', { 'content-type': 'application/octet-stream' }, person],
  ['a body of no type', {}, person],
  ['a body in an unknown coding', { ...json, 'content-encoding': 'compress' }, person],
  ['a body in two codings', { ...json, 'content-encoding': 'gzip, gzip' }, person],
  ['an odd character set', { 'content-type': 'text/plain; charset=utf-16' }, person],
])('withholds %s, and says which rule asks for it', async (_title, headers, body) => {
  await start((_request, response) => response.writeHead(200, headers).end(body))
  const response = await stage.fetch('/x')
  expect(response.status).toBe(403)
  const text = await response.text()
  expect(text).not.toContain(email)
  expect(stage.recorder.recorded.at(-1)?.text).toContain(text)
  expect(JSON.parse(text)).toMatchObject({ code: 'ERR_POLICY_DENIED' })
})

it.each([
  ['is not what its type says', json, `{"email": "${email}" oops`],
  ['is not compressed as it says', { ...json, 'content-encoding': 'gzip' }, person],
])('breaks off a body that %s', async (_title, headers, body) => {
  await start((_request, response) => response.writeHead(200, headers).end(body))
  const text = await stage
    .fetch('/x')
    .then((response) => response.text())
    .catch(() => 'broken off')
  expect(text).not.toContain(email)
})

const brokenEvent = `data: {"email": "${email}" oops\n\n`

it('withholds events that are no JSON with the reason, as nothing was sent', async () => {
  await start((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(brokenEvent)
  })
  const response = await stage.fetch('/x')
  expect(response.status).toBe(502)
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  const text = await response.text()
  expect(text).toContain('withheld')
  expect(text).not.toContain(email)
  expect((await stage.fetch('/x')).status).toBe(502)
})

it('breaks off a bomb, and records why', async () => {
  const bomb = gzipSync(JSON.stringify(Array.from({ length: 4_000_000 }, () => 1)))
  await start((_request, response) => {
    response.writeHead(200, { ...json, 'content-encoding': 'gzip' }).end(bomb)
  })
  await expect(stage.fetch('/x').then((response) => response.text())).rejects.toThrow()
  const outcomes = stage.spool.entries.filter(({ kind }) => kind === 'outcome')
  expect(JSON.stringify(outcomes)).toContain('100 times')
})

it.each([
  ['within chunks', 'transfer-encoding: gzip, chunked'],
  ['around chunks', 'transfer-encoding: chunked\r\ntransfer-encoding: gzip'],
])('withholds a body in a transfer coding that nobody undoes, %s', async (_title, coding) => {
  await start((_request, response) => {
    response.socket?.end(
      `HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n${coding}\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
    )
  })
  const response = await stage.fetch('/x')
  expect(response.status).toBe(502)
  expect(await response.json()).toMatchObject({
    code: 'ERR_TARGET_UNREADABLE',
    title: 'What the target answered cannot be read, so it is not shown.',
    detail: expect.stringContaining('transfer coding') as unknown,
  })
})

it('withholds what is no HTTP, and goes on with the session', async () => {
  let answers = 0
  await start((_request, response) => {
    if (answers++ === 0) response.socket?.end('SSH-2.0-OpenSSH_9.2\r\n\r\n')
    else response.writeHead(200, json).end('{}')
  })
  const answer = await stage.fetch('/x')
  expect(answer.status).toBe(502)
  expect(await answer.json()).toMatchObject({
    code: 'ERR_TARGET_UNREADABLE',
    nextStep: 'Have the owner of the target look at what it answers.',
  })
  expect((await stage.fetch('/x')).status).toBe(200)
  expect(stage.spool.of('session-ended')).toEqual([])
})

it('passes what a rule says may pass unread', async () => {
  await start(
    (_request, response) => response.writeHead(200, { 'content-type': 'image/png' }).end('png'),
    { ...masking, unreadable: 'pass' },
  )
  expect(await (await stage.fetch('/x')).text()).toBe('png')
})

it('masks a large body with what the client takes, not what the target sends', async () => {
  const rows = Array.from({ length: 20_000 }, (_, id) => ({ id, email }))
  await start((_request, response) => {
    response.writeHead(200, { ...json, 'content-encoding': 'gzip' })
    response.end(gzipSync(JSON.stringify(rows)))
  })
  const text = await (await stage.fetch('/x')).text()
  expect(JSON.parse(text)).toHaveLength(rows.length)
  expect(text).not.toContain(email)
})

it('needs no type for a body that does not come', async () => {
  await start((_request, response) => {
    response.writeHead(202, { 'transfer-encoding': 'chunked' })
    response.end()
  })
  const response = await stage.fetch('/x')
  expect([response.status, await response.text()]).toEqual([202, ''])
})
