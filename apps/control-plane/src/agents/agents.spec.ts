import { randomUUID } from 'node:crypto'
import { AgentEvent, IngestRequest } from '@wardgate/contract'
import { IngestService } from '../ingest/ingest.service'
import { readBatch } from '../ingest/records/read-batch'
import { good, Shop } from '../testing/shop'

jest.setTimeout(120_000)

const restored = { event: AgentEvent.AGENT_EVENT_CONTROL_RESTORED, detail: '' }

describe('what an agent wrote and has not handed over', () => {
  let shop: Shop
  const spoolId = randomUUID()

  beforeAll(async () => {
    shop = await Shop.start()
  })

  afterAll(() => shop.stop())

  const ofOne = async () => (await good(shop.admin.get(`/v1/agents/${shop.agentId}`))).backlog

  /** As the list has it too. */
  async function backlog() {
    const one = await ofOne()
    const { items } = await good(shop.admin.get('/v1/agents'))
    expect(items[0].backlog).toEqual(one)
    return one
  }

  function handOver(entries: number): Promise<number> {
    const records = Array.from({ length: entries }, (_, at) => ({
      sequence: BigInt(at + 1),
      time: BigInt(at),
      entry: { $case: 'agentLife' as const, value: restored },
    }))
    const bytes = IngestRequest.encode({ spoolId, records }).finish()
    const ingest = shop.test.app.get(IngestService, { strict: false })
    const sender = { agentId: shop.agentId, spoolId, address: '' }
    return ingest.take(sender, readBatch(bytes).records)
  }

  it('is not known before its first heartbeat, then what it told without what is held', async () => {
    const unseen = { connected: false, entries: null, oldestSeconds: null }
    expect(await backlog()).toEqual(unseen)
    const talk = await shop.attach()
    const value = {
      liveSessions: 0,
      spoolEntries: 5n,
      spoolBytes: 900n,
      spoolId,
      spoolLast: 5n,
      oldestUnacknowledgedSeconds: 40,
    }
    talk.send({ message: { $case: 'heartbeat', value } })
    while ((await ofOne()).entries === null) continue
    const behind = await backlog()
    expect(behind).toMatchObject({ connected: true, entries: 5 })
    expect(behind.oldestSeconds).toBeGreaterThanOrEqual(40)
    await handOver(2)
    expect(await backlog()).toMatchObject({ connected: true, entries: 3 })
    await handOver(5)
    expect(await backlog()).toEqual({ connected: true, entries: 0, oldestSeconds: 0 })
    talk.stream.end()
  })
})
