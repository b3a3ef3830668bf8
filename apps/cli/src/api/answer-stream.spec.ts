import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { answerStream, type StreamCall } from './answer-stream'

const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close()
    server.closeAllConnections()
  }
})

async function callTo(listener: RequestListener, parts: Partial<StreamCall> = {}) {
  const server = createServer(listener)
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return answerStream({
    target: new URL(`http://127.0.0.1:${port}/evidence`),
    method: 'POST',
    headers: new Headers({ 'content-type': 'application/json' }),
    body: '{}',
    signal: new AbortController().signal,
    headMillis: 5_000,
    ...parts,
  })
}

test('brings a large body whole, however slowly it is read', async () => {
  const part = Buffer.alloc(1 << 20, 'x')
  const answer = await callTo((_request, response) => {
    for (let index = 0; index < 32; index += 1) response.write(part)
    response.end()
  })
  let bytes = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(bytes).toBe(32 << 20)
})

test('waits for the head so long only, and for the body as long as it takes', async () => {
  const silent = callTo(() => undefined, { headMillis: 50 })
  await expect(silent).rejects.toThrow('no answer within 0.05 s')
  const answer = await callTo(
    (_request, response) => {
      response.write('a')
      void delay(120).then(() => response.end('b'))
    },
    { headMillis: 50 },
  )
  let text = ''
  for await (const chunk of answer as AsyncIterable<Buffer>) text += chunk.toString()
  expect(text).toBe('ab')
})

test('ends with its signal while the body comes', async () => {
  const ending = new AbortController()
  const answer = await callTo((_request, response) => response.write('a'), {
    signal: ending.signal,
  })
  const reading = (async () => {
    for await (const _chunk of answer as AsyncIterable<Buffer>) ending.abort()
  })()
  await expect(reading).rejects.toThrow('aborted')
})

test('fails for a body that ends before its end', async () => {
  const answer = await callTo((_request, response) => {
    response.writeHead(200, { 'content-length': '10' })
    response.write('a', () => response.destroy())
  })
  const reading = (async () => {
    for await (const _chunk of answer as AsyncIterable<Buffer>);
  })()
  await expect(reading).rejects.toThrow('aborted')
})
