import { FakeControlPlane } from '../testing/fake-control-plane'
import { ManualClock } from '../testing/manual-clock'
import { MemoryLog } from '../testing/memory-log'
import { RowBudgets } from './row-budgets'
import { takeRow } from './take-row'

let controlPlane: FakeControlPlane
let clock: ManualClock
let budgets: RowBudgets

beforeEach(() => {
  controlPlane = new FakeControlPlane()
  clock = new ManualClock()
  budgets = new RowBudgets({ controlPlane, timers: clock, log: new MemoryLog() })
})

const hourly = (limit: number, principalId = 'ada') => ({
  principalId,
  connectionId: 'shop',
  limit,
})

async function take(count: number, limit: number): Promise<readonly (string | undefined)[]> {
  const answers: (string | undefined)[] = []
  for (let row = 0; row < count; row += 1)
    answers.push((await takeRow(budgets.of(hourly(limit)), limit))?.message)
  return answers
}

test('rows are handed out until the control plane has none left', async () => {
  controlPlane.leaseSize = 2
  const answers = await take(6, 5)
  expect(answers.slice(0, 5)).toEqual([undefined, undefined, undefined, undefined, undefined])
  expect(answers[5]).toMatch(/^you have got the 5 rows an hour/)
})

test('while the lease lasts, a row waits for nothing', async () => {
  await take(1, 10)
  controlPlane.isDown = true
  expect(takeRow(budgets.of(hourly(10)), 10)).toBeUndefined()
})

test('an agent that cannot ask hands out what it has on lease and no more', async () => {
  controlPlane.leaseSize = 2
  await take(1, 10)
  controlPlane.isDown = true
  const [second, third] = await take(2, 10)
  expect(second).toBeUndefined()
  expect(third).toMatch(/how many are left cannot be asked/)
})

test('those that wait share one lease, and none gets a row twice', async () => {
  controlPlane.leaseSize = 3
  const budget = budgets.of(hourly(4))
  const answers = await Promise.all(Array.from({ length: 6 }, async () => takeRow(budget, 4)))
  expect(answers.filter((answer) => answer === undefined)).toHaveLength(4)
  expect(controlPlane.leasedRows).toBe(4)
})

test('what is left when the lease ends is given back, and handed out no more', async () => {
  await take(3, 10)
  expect(controlPlane.leasedRows).toBe(10)
  clock.advance(30_000)
  expect(controlPlane.leasedRows).toBe(3)
  controlPlane.isDown = true
  expect(await take(1, 10)).not.toEqual([undefined])
})

test('what is left when the agent ends is given back', async () => {
  await take(3, 10)
  await budgets.giveBack()
  expect(controlPlane.leasedRows).toBe(3)
  expect(clock.pendingTimers).toBe(0)
})

test('a lease under one limit is not handed out under another', async () => {
  await take(1, 10)
  const [answer] = await take(1, 5)
  expect(answer).toMatch(/^you have got the 5 rows/)
})

test('nobody has a budget beyond what there is room for, until leases of others have ended', async () => {
  controlPlane.leaseSize = 1
  for (let one = 0; one < 10_000; one += 1) await budgets.of(hourly(20_000, `p${one}`))?.refill()
  expect(budgets.of(hourly(9, 'late'))).toBeUndefined()
  clock.advance(30_000)
  expect(budgets.of(hourly(9, 'late'))).toBeDefined()
})
