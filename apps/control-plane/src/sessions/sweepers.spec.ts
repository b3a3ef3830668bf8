import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { v7 as uuid } from 'uuid'
import { Clock } from '../common/clock'
import { DatabaseListener } from '../common/database/listener'
import { startTestApp, type TestApp } from '../testing/test-app'
import { Replicas } from './replicas'
import { SessionLife } from './session-life.service'

jest.setTimeout(60_000)

const minute = 60_000

describe('what nobody is left to end', () => {
  let test: TestApp
  let database: Client

  async function session(
    agentId: string,
    replica = test.app.get(Replicas, { strict: false }).own,
  ): Promise<string> {
    const id = uuid()
    await database.query(
      `INSERT INTO sessions (id, connection_id, connection, protocol, principal_id, principal,
         agent_id, agent, database, client_address, replica)
       VALUES ($1, $2, 'shop', 'postgres', $2, 'robot', $3, 'edge', 'shop', '::1', $4)`,
      [id, randomUUID(), agentId, replica],
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

  it('ends what a replica that is gone held, once it has been gone for longer than agents wait', async () => {
    const life = test.app.get(SessionLife, { strict: false })
    const agent = randomUUID()
    await database.query(
      `INSERT INTO agents (id, name, last_seen_at, updated_at)
       VALUES ($1, $2, now() + interval '1 hour', now())`,
      [agent, agent],
    )
    const [orphan, kept] = [await session(agent, randomUUID()), await session(agent)]
    await life.sweep()
    expect(await stateOf(orphan)).toMatchObject({ state: 'open' })
    const later = Date.now() + 3 * minute
    jest.spyOn(test.app.get(Clock, { strict: false }), 'now').mockReturnValue(later)
    await life.sweep()
    expect(await stateOf(orphan)).toEqual({
      state: 'ended',
      end_reason: 'the control plane that opened it is gone',
    })
    expect(await stateOf(kept)).toMatchObject({ state: 'open' })
  })

  it('knows its own replica again after it has lost its connection', async () => {
    const life = test.app.get(SessionLife, { strict: false })
    const replicas = test.app.get(Replicas, { strict: false })
    const id = await session(randomUUID())
    const isHeard = new Promise<void>((resolve) => {
      test.app.get(DatabaseListener, { strict: false }).onReconnect(resolve)
    })
    await database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'wardgate-listener' AND datname = current_database()`,
    )
    await isHeard
    expect(await replicas.goneFor(0)).toEqual([])
    await life.sweep()
    expect(await stateOf(id)).toMatchObject({ state: 'open' })
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
