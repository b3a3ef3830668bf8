import { fakeGate, fakeTarget } from '@wardgate/gateway/testing'
import { settings } from '../settings'
import { FakeUpstream } from '../testing/fake-upstream'
import { memoryPair } from '../testing/fuzz/memory-pair'
import { query, terminate } from '../wire'
import { Relay } from './relay'

const turn = () => new Promise(setImmediate)
const turns = async () => {
  for (let count = 0; count < 8; count += 1) await turn()
}

/** A session whose statements return three rows of which one is permitted, and whose cancels wait for `tell`. */
function start() {
  const [client, socket] = memoryPair()
  const [stream, far] = memoryPair()
  const rows = [['1'], ['2'], ['3']]
  const target = new FakeUpstream((text) =>
    text.startsWith('SELECT') ? { columns: ['n'], rows, tag: 'SELECT 3' } : undefined,
  )
  target.accept(far, true)
  const upstream = {
    stream,
    dialled: stream,
    endpoint: { host: 'target.test', port: 1 },
    parameters: new Map<string, string>(),
    key: Buffer.alloc(8),
    searchPath: 'public',
  }
  const fake = fakeGate()
  fake.controlPlane.answer = () => fake.controlPlane.allow({ rowLimit: 1 })
  let tell: () => void = () => undefined
  const told = new Promise<never>((_, reject) => (tell = () => reject(new Error('told'))))
  const parts = {
    client: socket,
    upstream,
    gate: fake.gate,
    target: fakeTarget(() => told),
    settings: settings.parse({}),
  }
  const ended = new Relay(parts).run(fake.ending.signal)
  return { client: client.resume(), ended, tell, target }
}

it('lets no statement follow before the target has heard of the cancel of the one before', async () => {
  const { client, ended, tell, target } = start()
  client.write(query('SELECT one'))
  await turns()
  client.write(query('SELECT two'))
  await turns()
  expect(target.received).toContainEqual(query('SELECT one'))
  expect(target.received).not.toContainEqual(query('SELECT two'))
  tell()
  await turns()
  expect(target.received).toContainEqual(query('SELECT two'))
  client.end(terminate)
  await ended
})

it.each([
  ['nobody else a connection for which a cancel is under way', false],
  ['a connection to the next when the target has heard of it', true],
])('gives %s', async (_, isReusable) => {
  const { client, ended, tell } = start()
  client.write(query('SELECT one'))
  await turns()
  if (isReusable) tell()
  await turns()
  client.end()
  expect(await ended).toMatchObject({ isReusable })
  tell()
})
