import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import type { Client } from 'pg'
import { readBulk } from '../../support/bulk-read'
import { drained } from '../../support/drained'
import { connectThrough } from '../../support/governed-client'
import { sharedInstance } from '../../support/shared-instance'

const idleSessions = 1000
const activeSessions = 200
const statementsEach = 50
const bulkRows = 5_000_000
const mebibyte = 1024 * 1024
/** A result of 5M rows is some 300 MB on the wire: held whole anywhere, it would show. */
const flatMemoryBytes = 160 * mebibyte

jest.setTimeout(300_000)

function agentMemory(): number {
  const pid = sharedInstance.processes().get('agent')
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024
}

async function openMany(count: number, token: string): Promise<Client[]> {
  const clients: Client[] = []
  while (clients.length < count) {
    const batch = Array.from({ length: Math.min(25, count - clients.length) }, () =>
      connectThrough(sharedInstance, { user: 'open', token }),
    )
    clients.push(...(await Promise.all(batch)).map(({ client }) => client))
  }
  return clients
}

/** What was recorded here is a lot: others who share the instance would wait for their own evidence behind it. */
afterAll(() => drained(sharedInstance, Date.now(), ({ name }) => name === 'local'))

describe('one agent on two cores', () => {
  it(`holds ${idleSessions} idle sessions while ${activeSessions} work`, async () => {
    const token = await sharedInstance.token('aiAgent')
    const idle = await openMany(idleSessions, token)
    const active = await openMany(activeSessions, token)
    const results = await Promise.all(
      active.map(async (client, session) => {
        let sum = 0
        for (let statement = 0; statement < statementsEach; statement += 1) {
          const { rows } = await client.query<{ n: number }>('SELECT $1::int AS n', [
            session + statement,
          ])
          sum += rows[0]!.n
        }
        return sum
      }),
    )
    const expected = active.map(
      (_, session) => statementsEach * session + (statementsEach * (statementsEach - 1)) / 2,
    )
    expect(results).toEqual(expected)
    const answers = await Promise.all(
      idle.map((client) => client.query<{ one: number }>('SELECT 1 AS one')),
    )
    expect(answers.every(({ rows }) => rows[0]?.one === 1)).toBe(true)
    await Promise.all([...idle, ...active].map((client) => client.end()))
  })

  it('streams 5M rows in flat memory, also to a slow reader', async () => {
    const { client } = await connectThrough(sharedInstance, { user: 'open' })
    await client.query('SELECT 1')
    const before = agentMemory()
    let peak = 0
    const text = `SELECT i, 'row number ' || i AS name, now() AS at FROM generate_series(1, ${bulkRows}) i`
    const paused = () => (peak = Math.max(peak, agentMemory()))
    const received = await readBulk(client, { text, paused })
    await client.end()
    expect(received).toBe(bulkRows)
    expect(peak - before).toBeLessThan(flatMemoryBytes)
  })

  it('lets nobody in who speaks no protocol, and stays up', async () => {
    const { host, port } = sharedInstance.agent
    const ended = await new Promise<boolean>((done) => {
      const socket = connect(port, host, () => socket.write(Buffer.alloc(64, 0xff)))
      socket.on('data', () => undefined).on('error', () => undefined)
      socket.once('close', () => done(true))
    })
    expect(ended).toBe(true)
    const { client } = await connectThrough(sharedInstance, { user: 'open' })
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    await client.end()
  })
})
