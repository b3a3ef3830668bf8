import { readBulk } from '../../support/bulk-read'
import { eventually } from '../../support/eventually'
import { connectEventually, connectThrough } from '../../support/governed-client'
import { SecondAgent } from '../../support/second-agent'
import { sharedInstance } from '../../support/shared-instance'

jest.setTimeout(300_000)

const mebibyte = 1024 * 1024
const spoolBytes = 16 * mebibyte
const bulkRows = 5_000_000

let agent: SecondAgent

beforeAll(async () => {
  const settings = { WARDGATE_SPOOL_MAX_BYTES: String(spoolBytes) }
  agent = await SecondAgent.start(sharedInstance, 'small-spool', {
    connections: ['open'],
    settings,
  })
})
afterAll(() => agent.stop())

const options = () => ({ ...agent.postgres, user: 'open' })

function signalControlPlane(signal: 'SIGSTOP' | 'SIGCONT'): void {
  const pid = sharedInstance.processes().get('control-plane')
  if (pid === undefined) throw new Error('no control plane runs')
  process.kill(pid, signal)
}

it('lets a client read 5M rows, twenty times what the spool takes, no faster than they are stored', async () => {
  const { client } = await connectEventually(sharedInstance, options())
  const text = `SELECT i, 'row number ' || i AS name, now() AS at FROM generate_series(1, ${bulkRows}) i`
  let peak = 0
  const paused = () =>
    void agent.metric('wardgate_agent_spool_bytes').then((bytes) => (peak = Math.max(peak, bytes)))
  expect(await readBulk(client, { text, paused })).toBe(bulkRows)
  await client.end()
  expect(peak).toBeLessThan(spoolBytes * (7 / 8))
})

it('waits for a control plane that stores nothing for a while, and loses nothing', async () => {
  const { client } = await connectThrough(sharedInstance, options())
  const ofRows = (count: number) => `SELECT i, repeat('x', 100) FROM generate_series(1, ${count}) i`
  // So that the agent knows the verdict by itself.
  await client.query(ofRows(1))
  signalControlPlane('SIGSTOP')
  try {
    const reading = readBulk(client, { text: ofRows(400_000) })
    await eventually(async () => {
      const bytes = await agent.metric('wardgate_agent_spool_bytes')
      return bytes > spoolBytes / 4 || undefined
    })
    signalControlPlane('SIGCONT')
    expect(await reading).toBe(400_000)
  } finally {
    signalControlPlane('SIGCONT')
  }
  await client.end()
})
