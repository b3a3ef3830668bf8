import { relayedSession } from '../testing/relayed-session'
import { query, sync } from '../wire'
import { MESSAGE_MILLIS } from './limits'

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] })
})
afterEach(() => {
  jest.useRealTimers()
})

const turn = () => new Promise(setImmediate)

it('ends a session whose client drips a message for too long', async () => {
  const { client, ended } = relayedSession()
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
  const { client, ended } = relayedSession()
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
