import type { ConformanceClient, ConformanceHarness } from '@wardgate/gateway/testing'
import type { Duplex } from 'node:stream'
import { postgres } from '..'
import { cancelRequest, fromClient, readFields } from '../wire'
import { backendKey, FakeClient, rowsOf } from './fake-client'
import { FakeUpstream, type FakeResult } from './fake-upstream'

const read = { text: 'SELECT name, ssn FROM customers', cells: ['Ada', '078-05-1120'], masked: 1 }
const write = { text: 'DELETE FROM customers' }

const results: Readonly<Record<string, FakeResult>> = {
  [read.text]: { columns: ['name', 'ssn'], rows: [read.cells], tag: 'SELECT 1' },
  [write.text]: { columns: [], rows: [], tag: 'DELETE 1' },
  'DISCARD ALL': { columns: [], rows: [], tag: 'DISCARD ALL' },
}

/** PostgreSQL in memory, for the suite that every protocol has to pass. */
export const conformanceHarness: ConformanceHarness = {
  protocol: postgres,
  settings: postgres.settings.parse({ pool: { maxIdle: 0 } }),
  read,
  write,
  *oversize(maxMessageBytes) {
    const header = Buffer.alloc(5)
    header.writeUInt8(fromClient.Query, 0)
    header.writeInt32BE(maxMessageBytes + 1, 1)
    yield header
    yield Buffer.alloc(maxMessageBytes, 0x20)
  },
  createTarget() {
    const upstream = new FakeUpstream((text) => results[text])
    return {
      accept: (stream) => upstream.accept(stream),
      received: () => Buffer.concat(upstream.received),
      stall: () => (upstream.isStalled = true),
      lose: () => upstream.lose(),
    }
  },
  async connect(stream, { connection, credential, database }) {
    const client = new FakeClient(stream)
    if (await client.logIn({ user: connection, database }, credential)) return clientOf(client)
    return { kind: 'refused', text: lastError(client) }
  },
  async cancel(stream: Duplex, client: ConformanceClient) {
    stream.resume()
    stream.end(cancelRequest(keys.get(client)!))
    await new Promise((resolve) => stream.once('close', resolve))
  },
}

const keys = new WeakMap<ConformanceClient, Buffer>()

function clientOf(client: FakeClient): ConformanceClient {
  const shown: ConformanceClient = {
    kind: 'client',
    run: async (text) => {
      const messages = await client.query(text)
      if (messages.some(({ code }) => code === 'E'))
        return { kind: 'error', text: lastError(client) }
      if (messages.at(-1)?.code !== 'Z') return { kind: 'ended' }
      return { kind: 'result', rows: rowsOf(messages).map((row) => row.map((cell) => cell ?? '')) }
    },
    write: (bytes) => void client.stream.write(bytes),
    notices: () =>
      client.messages
        .filter(({ code }) => code === 'N')
        .map(({ body }) => [...readFields(body).values()].join('\n'))
        .join('\n'),
    lastError: () => lastError(client),
    ended: client.ended,
    destroy: () => void client.stream.destroy(),
  }
  keys.set(shown, client.messages.find(({ code }) => code === backendKey)!.body)
  return shown
}

function lastError(client: FakeClient): string {
  return [...(client.lastError?.values() ?? [])].join('\n')
}
