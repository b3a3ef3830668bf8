import { AuditError } from '@wardgate/errors'
import { MemoryRecorder } from '@wardgate/gateway/testing'
import { relayedSession } from '../testing/relayed-session'
import { query } from '../wire'

const turn = () => new Promise(setImmediate)

const rowBytes = 1000
const rows = 50
const queries = 40
const allBytes = rowBytes * rows * queries

async function reading() {
  const recorder = new MemoryRecorder()
  recorder.roomBytes = 64 * 1024
  const result = {
    columns: ['text'],
    rows: Array.from({ length: rows }, () => ['x'.repeat(rowBytes)]),
    tag: `SELECT ${rows}`,
  }
  const session = relayedSession({ results: () => result, recorder })
  const received: Buffer[] = []
  session.client.on('data', (chunk: Buffer) => received.push(chunk))
  session.client.write(Buffer.concat(Array.from({ length: queries }, () => query('SELECT 1'))))
  for (let turns = 0; turns < 50; turns += 1) await turn()
  const bytes = () => received.reduce((sum, { length }) => sum + length, 0)
  return { ...session, recorder, bytes }
}

it('reads no more of a result than the recording has room for', async () => {
  const { recorder, bytes } = await reading()
  expect(recorder.waiting).toBeGreaterThan(0)
  expect(bytes()).toBeLessThan(allBytes / 4)
  while (recorder.waiting > 0) {
    recorder.giveRoom()
    for (let turns = 0; turns < 20; turns += 1) await turn()
  }
  expect(bytes()).toBeGreaterThan(allBytes)
})

it('waits no longer for what a client that sends nothing more still reads', async () => {
  const { client, recorder, ended } = await reading()
  client.end()
  await turn()
  recorder.giveNone(new AuditError('ERR_AUDIT_UNAVAILABLE', 'nothing is stored'))
  await expect(ended).resolves.toBeDefined()
})

it('ends the session with the reason when the recording gets no room', async () => {
  const { recorder, ended } = await reading()
  const error = new AuditError('ERR_AUDIT_UNAVAILABLE', 'nothing is stored')
  recorder.giveNone(error)
  expect((await ended).closing).toMatchObject({ reason: 'error', error })
})
