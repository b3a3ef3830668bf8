import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { connectThrough } from '../../support/governed-client'
import { Instance, root } from '../../support/instance'

jest.setTimeout(120_000)

const instance = new Instance(join(root, '.cache/e2e/stop'), 23_900)
const log = join(instance.home, 'logs/standalone.log')
const ended: (() => void)[] = []

beforeAll(() => instance.remove())
beforeEach(() => instance.start())
afterEach(() => {
  for (const end of ended.splice(0)) end()
})
afterAll(() => instance.remove())

/** RFC 6455 section 1.3. */
const webSocketHeaders = {
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'sec-websocket-version': '13',
}

/** A part that held it up would be killed after a while, and the runner would say so. */
async function stopsByItself(): Promise<void> {
  await instance.stop()
  const told = readFileSync(log, 'utf8').split('] ready').at(-1)
  expect(told).toContain('stopping')
  expect(told).not.toContain('is killed')
}

it('is not held up by a console that is open, nor by what its browser opened in advance', async () => {
  const { url } = instance.descriptor.controlPlane
  const upgrade = { connection: 'upgrade', upgrade: 'websocket', ...webSocketHeaders }
  const authorization = `Bearer ${await instance.token('admin')}`
  const asking = get(`${url}/v1/live`, { headers: { ...upgrade, authorization } })
  const [, screen] = (await once(asking, 'upgrade')) as [IncomingMessage, Socket]
  const inAdvance = connect(Number(new URL(url).port), '127.0.0.1')
  for (const socket of [screen, inAdvance]) {
    socket.on('error', () => undefined)
    ended.push(() => socket.destroy())
  }
  await once(inAdvance, 'connect')
  await stopsByItself()
})

it('is not held up by a session that its client keeps open', async () => {
  const { client } = await connectThrough(instance, { token: await instance.token('aiAgent') })
  client.on('error', () => undefined)
  ended.push(() => void client.end().catch(() => undefined))
  await stopsByItself()
})
