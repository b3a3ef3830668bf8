import type { RequestOperation } from '@wardgate/gateway'
import type { MaskingPlan } from '@wardgate/masking'
import type { RequestListener } from 'node:http'
import * as zlib from 'node:zlib'
import { Stage } from './testing/stage'

/** Node has it since 22.15: each test says what becomes of zstd with it and without. */
const hasZstd = 'createZstdDecompress' in zlib
const email = 'ada@example.com'
const person = JSON.stringify({ email, n: 1 })
const masking: MaskingPlan = {
  columns: [],
  origins: [],
  detectors: [{ detector: 'email', rule: 'p/emails', method: { kind: 'redact' } }],
}

/** A frame with one raw block: https://datatracker.ietf.org/doc/html/rfc8878#section-3.1.1 */
function zstdOf(text: string): Buffer {
  const bytes = Buffer.from(text)
  const blockHeader = Buffer.alloc(4)
  blockHeader.writeUInt32LE((bytes.length << 3) | 1)
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, bytes.length])
  return Buffer.concat([head, blockHeader.subarray(0, 3), bytes])
}

let stage: Stage

async function start(target: RequestListener): Promise<void> {
  stage = await Stage.start({ target })
  stage.controlPlane.answer = () => stage.controlPlane.allow({ masking })
}

afterEach(() => stage.stop())

it(`masks an answer in zstd, or withholds it and says how to ask (has zstd: ${hasZstd})`, async () => {
  await start((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'zstd' })
    response.end(zstdOf(person))
  })
  const answer = await stage.fetch('/x', { headers: { 'accept-encoding': 'identity' } })
  const text = await answer.text()
  expect(text).not.toContain(email)
  if (hasZstd) expect([answer.status, JSON.parse(text)]).toMatchObject([200, { n: 1 }])
  else {
    expect(answer.status).toBe(403)
    expect(text).toContain('compressed in a way that cannot be masked')
    expect(text).toContain('Accept-Encoding: gzip')
  }
})

it(`offers a target zstd only where it can be undone (has zstd: ${hasZstd})`, async () => {
  const offered: (string | undefined)[] = []
  await start((request, response) => {
    offered.push(request.headers['accept-encoding']?.toString())
    response.setHeader('content-type', 'text/plain').end('ok')
  })
  await stage.fetch('/x', { headers: { 'accept-encoding': 'zstd, gzip' } })
  await stage.fetch('/x', { headers: { 'accept-encoding': 'zstd' } })
  expect(offered).toEqual(hasZstd ? ['zstd, gzip', 'zstd'] : ['gzip', 'identity'])
})

it(`judges what a request in zstd says, or takes it for opaque (has zstd: ${hasZstd})`, async () => {
  await start((request, response) => {
    request.resume().on('end', () => response.setHeader('content-type', 'text/plain').end('ok'))
  })
  await stage.fetch('/x', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-encoding': 'zstd' },
    body: new Uint8Array(zstdOf(person)),
  })
  const [{ body }] = stage.controlPlane.asked.map(({ operation }) => operation) as [
    RequestOperation,
  ]
  expect(body.kind).toBe(hasZstd ? 'whole' : 'unread')
  if (body.kind === 'whole') expect(Buffer.from(body.bytes).toString()).toBe(person)
})
