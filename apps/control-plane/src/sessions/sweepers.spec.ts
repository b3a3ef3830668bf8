import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { v7 as uuid } from 'uuid'
import { Clock } from '../common/clock'
import { startTestApp, type TestApp } from '../testing/test-app'
import { SessionLife } from './session-life.service'

jest.setTimeout(60_000)

const minute = 60_000

describe('what nobody is left to end', () => {
  let test: TestApp
  let database: Client

  async function session(agentId: string): Promise<string> {
    const id = uuid()
    await database.query(
      `INSERT INTO sessions (id, connection_id, connection, protocol, principal_id, principal,
         agent_id, agent, database, client_address)
       VALUES ($1, $2, 'shop', 'postgres', $2, 'robot', $3, 'edge', 'shop', '::1')`,
      [id, randomUUID(), agentId],
    )
    return id
  }

  const stateOf = async (id: string) => {
    const found = await database.query('SELECT state, end_reason FROM sessions WHERE id = $1', [id])
    return found.rows[0]
  }

  beforeAll(async () => {
    test = await startTestApp()
    database = new Client({ connectionString: test.database.url })
    await database.connect()
  })

  afterEach(() => jest.restoreAllMocks())

  afterAll(async () => {
    await database.end()
    await test.stop()
  })

  it('ends sessions of an agent that is not heard of any more, with the reason, once', async () => {
    const life = test.app.get(SessionLife, { strict: false })
    const id = await session(randomUUID())
    await life.sweep()
    expect(await stateOf(id)).toEqual({ state: 'open', end_reason: '' })
    const later = Date.now() + 6 * minute
    jest.spyOn(test.app.get(Clock, { strict: false }), 'now').mockReturnValue(later)
    await life.sweep()
    await life.sweep()
    expect(await stateOf(id)).toEqual({ state: 'ended', end_reason: 'the agent is gone' })
    const entries = await database.query(
      `SELECT 1 FROM audit_entries WHERE kind = 'session.closed' AND session_id = $1`,
      [id],
    )
    expect(entries.rowCount).toBe(1)
  })

  it('ends what the former process of a restarted agent had open, and nothing of others', async () => {
    const [restarted, other] = [randomUUID(), randomUUID()]
    const [gone, kept] = [await session(restarted), await session(other)]
    const later = Date.now() + minute
    jest.spyOn(test.app.get(Clock, { strict: false }), 'now').mockReturnValue(later)
    await test.app.get(SessionLife, { strict: false }).agentRestarted(restarted)
    expect(await stateOf(gone)).toMatchObject({ end_reason: 'the agent was restarted' })
    expect(await stateOf(kept)).toMatchObject({ state: 'open' })
  })
})
