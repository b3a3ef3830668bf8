import type { ConformanceClient, ConformanceHarness } from '@wardgate/gateway/testing'
import type { Duplex } from 'node:stream'
import { ssh } from '..'
import { FakeClient } from './fake-client'
import { FakeTarget, fakeTargetFingerprint, type FakeResult } from './fake-target'

const read = { text: 'cat customers', cells: ['Ada', '078-05-1120'], masked: 1, rows: 0 }
const write = { text: 'rm customers' }

const results: Readonly<Record<string, FakeResult>> = {
  [read.text]: { stdout: `${read.cells.join('\t')}\n` },
  [write.text]: {},
}

/** SSH in memory, for the suite that every protocol has to pass. */
export const conformanceHarness: ConformanceHarness = {
  protocol: ssh,
  settings: ssh.settings.parse({ hostKeys: [fakeTargetFingerprint] }),
  read,
  write,
  // RFC 4253 section 6.1: a packet that says it is longer than the limit, here in bytes that decrypt to one.
  *oversize(maxMessageBytes) {
    yield Buffer.alloc(maxMessageBytes + 1, 0x7f)
  },
  createTarget: () => new FakeTarget((command) => results[command]),
  async connect(stream, { connection, credential }) {
    const client = new FakeClient(stream)
    if (await client.logIn({ username: connection, password: credential }))
      return clientOf(client, stream)
    return { kind: 'refused', text: `${client.banner}${client.lastError}` }
  },
}

function clientOf(client: FakeClient, stream: Duplex): ConformanceClient {
  const told = () => client.stderrs.join('')
  return {
    kind: 'client',
    run: async (text) => {
      const answer = await client.exec(text).catch(() => undefined)
      if (answer === undefined || (answer.code === undefined && answer.signal === undefined))
        return { kind: 'ended' }
      if (answer.code !== 0) return { kind: 'error', text: answer.stderr }
      const rows = answer.stdout.split('\n').filter((line) => line !== '')
      return { kind: 'result', rows: rows.map((row) => row.split('\t')) }
    },
    write: (bytes) => void stream.write(bytes),
    notices: told,
    lastError: () => `${told()}${client.lastError}`,
    ended: client.ended,
    destroy: () => void stream.destroy(),
  }
}
