import { randomUUID } from 'node:crypto'
import type { LeaseRowsResponse } from '@wardgate/contract'
import { Client } from 'pg'
import { Clock } from '../common/clock'
import { good, makeConnection, Shop } from '../testing/shop'
import { RowBudgets } from './row-budgets.service'

jest.setTimeout(60_000)

const minute = 60_000

describe('rows of an hour', () => {
  let shop: Shop
  let budgets: RowBudgets
  let database: Client
  let began: number
  const principalId = randomUUID()
  const counted = () => ({ principalId: randomUUID(), connectionId: shop.connectionId })

  beforeAll(async () => {
    shop = await Shop.start()
    budgets = shop.test.app.get(RowBudgets, { strict: false })
    database = new Client({ connectionString: shop.test.database.url })
    await database.connect()
  })

  beforeEach(() => {
    began = Date.now()
  })

  afterEach(() => jest.restoreAllMocks())

  afterAll(async () => {
    await database.end()
    await shop.stop()
  })

  /** Sets the clock to so long after the test began: a minute that ends meanwhile is another one to count in. */
  function pass(millis: number): void {
    jest.spyOn(shop.test.app.get(Clock, { strict: false }), 'now').mockReturnValue(began + millis)
  }

  async function drain(who: ReturnType<typeof counted>, limit: number): Promise<number> {
    let total = 0
    for (;;) {
      const { rows } = await budgets.lease(who, limit)
      if (rows === 0) return total
      total += rows
    }
  }

  it('are leased to the last one and no further, whoever asks at once', async () => {
    const who = counted()
    const drains = Array.from({ length: 4 }, () => drain(who, 1_000))
    const totals = await Promise.all(drains)
    expect(totals.reduce((sum, rows) => sum + rows)).toBe(1_000)
  })

  it('leaves something to other agents with every lease', async () => {
    const { rows } = await budgets.lease(counted(), 800)
    expect(rows).toBe(100)
  })

  it('come back when they are given back, but never more than were leased', async () => {
    const who = counted()
    const lease = await budgets.lease(who, 800)
    await budgets.giveBack(who, lease.minute, 60n)
    await budgets.giveBack(who, lease.minute, 700n)
    expect(await drain(who, 800)).toBe(800)
  })

  it('come back an hour after the last of them can have been handed out', async () => {
    const who = counted()
    pass(0)
    await drain(who, 50)
    pass(61 * minute)
    expect((await budgets.lease(who, 50)).rows).toBe(0)
    pass(62 * minute)
    expect(await drain(who, 50)).toBe(50)
  })

  it('are forgotten once nothing depends on them', async () => {
    const who = counted()
    await drain(who, 5)
    const count = async () => {
      const text = 'SELECT 1 FROM row_counts WHERE principal_id = $1'
      return (await database.query(text, [who.principalId])).rowCount
    }
    await budgets.forget()
    expect(await count()).toBe(1)
    pass(63 * minute)
    await budgets.forget()
    expect(await count()).toBe(0)
  })

  function ask(connectionId: string): Promise<LeaseRowsResponse> {
    const budget = { connectionId, principalId, limit: 80n }
    return new Promise((resolve, reject) => {
      shop.client.leaseRows({ budget }, (error, answer) =>
        error === null ? resolve(answer) : reject(error),
      )
    })
  }

  it('are leased to an agent for the connections that it serves, and for no others', async () => {
    expect(await ask(shop.connectionId)).toMatchObject({ lease: { rows: 10n } })
    const others = await makeConnection(shop.admin, 'others')
    await expect(ask(others)).rejects.toThrow(/not assigned to this agent/)
    await good(shop.admin.put(`/v1/agents/${shop.agentId}/connections/${others}`, {}))
    expect(await ask(others)).toMatchObject({ lease: { rows: 10n } })
  })
})
