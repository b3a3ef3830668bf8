import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { connectThrough } from '../../support/governed-client'
import { eventually } from '../../support/eventually'
import { Instance, root } from '../../support/instance'

jest.setTimeout(240_000)

const instance = new Instance(join(root, '.cache/e2e/second-start'), 22_700)

beforeAll(async () => {
  await instance.remove()
  await instance.start()
  await instance.stop()
})
afterAll(() => instance.remove())
afterEach(() => instance.stop())

it('starts all parts at once in a home where everything is made', async () => {
  expect(await steps()).toEqual(['starting all parts at once', 'ready'])
  expect(await customers()).toBe(1)
})

it('makes what is missing in order where nobody noted that all is made', async () => {
  rmSync(join(instance.home, 'provisioned'))
  expect((await steps())[0]).toBe('starting two databases and the identity provider')
  expect(await customers()).toBe(1)
})

/** What the start tells while it starts. */
async function steps(): Promise<string[]> {
  const log = join(instance.home, 'logs/standalone.log')
  const former = readFileSync(log, 'utf8').length
  await instance.start()
  const lines = readFileSync(log, 'utf8').slice(former).split('\n')
  return lines.flatMap((line) => /^\[ *[\d.]+ s\] (.*)$/.exec(line)?.slice(1) ?? [])
}

async function customers(): Promise<number | null> {
  const token = await instance.token('aiAgent')
  return eventually(async () => {
    const { client } = await connectThrough(instance, { token })
    try {
      return (await client.query('SELECT id FROM customers LIMIT 1')).rowCount
    } catch {
      // A fresh agent reads the catalog first; until then tables are refused.
      return undefined
    } finally {
      await client.end()
    }
  })
}
