import { Deadlines, type Watched } from './deadlines'

function watching(watched: Watched) {
  const told: string[] = []
  const actions = {
    onIdle: () => told.push('idle'),
    onStatementTimeout: () => told.push('statement'),
    onStuck: () => told.push('stuck'),
  }
  const limits = { idleMillis: 100, statementMillis: 1_000, graceMillis: 50 }
  return { told, deadlines: new Deadlines(limits, () => watched, actions) }
}

it('ends an idle session, but not one that waits for an approval', () => {
  const idle = { lastActivity: 0, workingSince: undefined, isHeld: false }
  const { told, deadlines } = watching(idle)
  deadlines.check(100)
  expect(told).toEqual([])
  deadlines.check(101)
  expect(told).toEqual(['idle'])
  const held = watching({ ...idle, isHeld: true })
  held.deadlines.check(5_000)
  expect(held.told).toEqual([])
})

it('cancels a statement once, and gives a target up that does not end it', () => {
  const { told, deadlines } = watching({ lastActivity: 0, workingSince: 0, isHeld: false })
  for (const now of [1_000, 1_001, 1_050, 1_052]) deadlines.check(now)
  expect(told).toEqual(['statement', 'stuck'])
})
