import { fakeGate, fakeTarget } from '@wardgate/gateway/testing'
import { settings } from '../settings'
import { FakeUpstream } from '../testing/fake-upstream'
import { memoryPair } from '../testing/fuzz/memory-pair'
import { query, sync } from '../wire'
import { MESSAGE_MILLIS } from './limits'
import { Relay } from './relay'

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] })
})
afterEach(() => {
  jest.useRealTimers()
})

const turn = () => new Promise(setImmediate)

function start() {
  const [client, socket] = memoryPair()
  const [stream, far] = memoryPair()
  new FakeUpstream(() => undefined).accept(far, true)
  const upstream = {
    stream,
    dialled: stream,
    endpoint: { host: 'target.test', port: 1 },
    parameters: new Map<string, string>(),
    key: Buffer.alloc(8),
    searchPath: 'public',
  }
  const fake = fakeGate()
  const target = fakeTarget(() => Promise.reject(new Error('nothing is dialled')))
  const parts = { client: socket, upstream, gate: fake.gate, target, settings: settings.parse({}) }
  return { client: client.resume(), ended: new Relay(parts).run(fake.ending.signal) }
}

it('ends a session whose client drips a message for too long', async () => {
  const { client, ended } = start()
  const message = query('SELECT 1')
  for (let at = 0; at < 4; at += 1) {
    client.write(message.subarray(at, at + 1))
    await turn()
    jest.advanceTimersByTime(MESSAGE_MILLIS / 4 + 1)
  }
  const { closing } = await ended
  expect(closing.error).toMatchObject({ code: 'ERR_PROTOCOL_MALFORMED' })
})

it('gives each message its own time', async () => {
  const { client, ended } = start()
  for (let count = 0; count < 3; count += 1) {
    client.write(sync.subarray(0, 3))
    await turn()
    jest.advanceTimersByTime(MESSAGE_MILLIS - 1)
    client.write(Buffer.concat([sync.subarray(3), sync.subarray(0, 1)]))
    await turn()
    jest.advanceTimersByTime(MESSAGE_MILLIS - 1)
    client.write(sync.subarray(1))
    await turn()
  }
  client.end()
  await turn()
  expect((await ended).closing).toEqual({ reason: 'client' })
})
