import type { RequestOperation } from '@wardgate/gateway'
import type { MaskingPlan } from '@wardgate/masking'
import type { RequestListener } from 'node:http'
import * as zlib from 'node:zlib'
import { Stage } from './testing/stage'
import { ZstdDecoder } from './wire/zstd'

/** Node has it since 22.15. */
const canMake = 'createZstdCompress' in zlib
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

async function decodedBy(bytes: Buffer): Promise<Buffer> {
  const decoder = new ZstdDecoder()
  decoder.end(bytes)
  return Buffer.concat(await (decoder as AsyncIterable<Buffer> & ZstdDecoder).toArray())
}

let stage: Stage

async function start(target: RequestListener): Promise<void> {
  stage = await Stage.start({ target })
  stage.controlPlane.answer = () => stage.controlPlane.allow({ masking })
}

afterEach(() => stage.stop())

it.each([
  ['in gzip, where node makes no zstd', 'zstd, gzip', canMake ? 'zstd' : 'gzip'],
  ['in zstd, where node makes it', 'zstd', canMake ? 'zstd' : null],
  ['as it is, to a client that did not ask for it', 'identity', null],
])('masks an answer in zstd, and sends it %s', async (_title, acceptEncoding, coding) => {
  await start((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'zstd' })
    response.end(zstdOf(person))
  })
  const answer = await stage.fetch('/x', { headers: { 'accept-encoding': acceptEncoding } })
  const bytes = Buffer.from(await answer.arrayBuffer())
  expect([answer.status, answer.headers.get('content-encoding')]).toEqual([200, coding])
  // What asks here undoes gzip, and zstd where node's fetch does.
  const isEncoded = bytes.readUInt32BE(0) === 0x28b52ffd
  expect(JSON.parse(String(isEncoded ? await decodedBy(bytes) : bytes))).toEqual({
    email: '[redacted]',
    n: 1,
  })
})

it('offers a target zstd', async () => {
  const offered: (string | undefined)[] = []
  await start((request, response) => {
    offered.push(request.headers['accept-encoding']?.toString())
    response.setHeader('content-type', 'text/plain').end('ok')
  })
  await stage.fetch('/x', { headers: { 'accept-encoding': 'zstd, gzip' } })
  await stage.fetch('/x', { headers: { 'accept-encoding': 'zstd' } })
  expect(offered).toEqual(['zstd, gzip', 'zstd'])
})

it('judges what a request in zstd says', async () => {
  const received: string[] = []
  await start((request, response) => {
    request.on('data', (chunk: Buffer) => received.push(String(chunk)))
    request.on('end', () => response.setHeader('content-type', 'text/plain').end('ok'))
  })
  await stage.fetch('/x', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-encoding': 'zstd' },
    body: new Uint8Array(zstdOf(person)),
  })
  const [{ body }] = stage.controlPlane.asked.map(({ operation }) => operation) as [
    RequestOperation,
  ]
  expect(body.kind === 'whole' && Buffer.from(body.bytes).toString()).toBe(person)
  expect(received.join('')).toBe(person)
})
