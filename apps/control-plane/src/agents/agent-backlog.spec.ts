import { backlogOf } from './agent-backlog'

const now = 1_000_000_000
const health = {
  spoolId: '0198c0de-0000-7000-8000-000000000001',
  spoolLast: 900,
  spoolEntries: 400,
  oldestUnacknowledgedSeconds: 70,
}

function agent(changes: object = {}) {
  return { health, lastSeenAt: new Date(now - 5_000), revokedAt: null, ...changes }
}

describe('the backlog of an agent', () => {
  it('is what it told to have written and is not held', () => {
    const backlog = backlogOf(agent(), 600, now)
    expect(backlog).toEqual({ connected: true, entries: 300, oldestSeconds: 75 })
    expect(backlogOf(agent(), undefined, now).entries).toBe(900)
  })

  it('is nothing once everything that it told of is held', () => {
    const backlog = backlogOf(agent(), 950, now)
    expect(backlog).toEqual({ connected: true, entries: 0, oldestSeconds: 0 })
  })

  it('is not known of an agent that has not told, and never said to be nothing', () => {
    const untold = backlogOf(agent({ health: { instanceId: 'a' } }), 600, now)
    expect(untold).toEqual({ connected: true, entries: null, oldestSeconds: null })
    expect(backlogOf(agent({ lastSeenAt: null }), 0, now)).toMatchObject({ entries: null })
  })

  it('tells that an agent is silent or revoked', () => {
    const silent = agent({ lastSeenAt: new Date(now - 31_000) })
    expect(backlogOf(silent, 900, now).connected).toBe(false)
    expect(backlogOf(agent({ revokedAt: new Date(now) }), 900, now).connected).toBe(false)
  })
})
