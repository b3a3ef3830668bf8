import { readFileSync, rmSync, writeFileSync } from 'node:fs'
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

describe('an agent that cannot attach with what it has', () => {
  const folder = join(instance.home, 'agent')
  const identity = join(folder, 'identity.json')

  it.each([
    ['lost its identity', () => rmSync(identity)],
    ['has a damaged identity', () => writeFileSync(identity, '{"agentId":')],
    ['was away for longer than its certificate lasts', () => expire(identity)],
    ['lost all that it kept', () => rmSync(folder, { recursive: true })],
  ])('enrols again by itself when it %s', async (_what, harm) => {
    harm()
    expect((await steps()).at(-1)).toBe('ready')
    expect(await customers()).toBe(1)
  })
})

it('has nothing in the log of the agent that its platform will do otherwise one day', async () => {
  await instance.start()
  const log = readFileSync(join(instance.home, 'logs/agent.log'), 'utf8')
  expect(log).toContain('listening')
  expect(log).not.toContain('DeprecationWarning')
})

/** With a certificate that ended in 2020, in the place of the agent's own. */
function expire(identity: string): void {
  const held = JSON.parse(readFileSync(identity, 'utf8')) as object
  writeFileSync(identity, JSON.stringify({ ...held, chain: endedCertificate }))
}

const endedCertificate = `-----BEGIN CERTIFICATE-----
MIIBETCBt6ADAgECAgEBMAoGCCqGSM49BAMCMBAxDjAMBgNVBAMTBWxvY2FsMB4X
DTIwMDEwMTAwMDAwMFoXDTIwMDEwMjAwMDAwMFowEDEOMAwGA1UEAxMFbG9jYWww
WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASnw5qO2wE2HvX0NcKFpfOmdf1OmspI
DSwK0v4SeIoLMLBVFIqB/pkhs2S5Y69xzXeIh85cakqdn9a0A4G6+XryowIwADAK
BggqhkjOPQQDAgNJADBGAiEA7tVZqz/eTz6VVfFWOwr/Zxtp4+GDc3LDtV9PlkWO
HL8CIQC9qqWGzfOZuTQiS04AKxu3dp7+ExyASR3UCP7pU2tVhA==
-----END CERTIFICATE-----
`

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
