import { join } from 'node:path'
import { eventually } from '../support/eventually'
import { connectDirectly, connectEventually, connectThrough } from '../support/governed-client'
import { Instance, root } from '../support/instance'
import { killed } from '../support/kill'

const instance = new Instance(join(root, '.cache/chaos/approvals'), 22_500)
const rounds = process.env['CHAOS_KILLS'] === undefined ? 6 : Number(process.env['CHAOS_KILLS'])
const victims = ['agent', 'control-plane'] as const
/** Aborted at the end, whatever the test made of it: a reader that goes on would keep the run from ending. */
const stop = new AbortController()

jest.setTimeout(600_000)

beforeAll(async () => {
  await instance.remove()
  await instance.start()
  const direct = await connectDirectly(instance)
  await direct.query('CREATE TABLE runs (id int PRIMARY KEY, n int NOT NULL)')
  await direct.query('INSERT INTO runs SELECT i, 0 FROM generate_series(1, 1000) i')
  await direct.end()
})

afterAll(async () => {
  stop.abort()
  await instance.remove()
})

interface ApprovalRequest {
  readonly id: string
  readonly digest: string
  readonly text: string
  readonly state: string
}

async function statesOf(text: string): Promise<string[]> {
  const approver = await instance.api('approver')
  const { items } = await approver.ok<{ items: ApprovalRequest[] }>(
    'GET',
    '/v1/approval-requests?limit=200',
  )
  return items.filter((item) => item.text === text).map(({ state }) => state)
}

/** Reads masked cards over and over; answers every byte that was ever received. */
async function read(stop: AbortSignal): Promise<string> {
  const seen: string[] = []
  const isStopped = (): boolean => stop.aborted
  while (!isStopped()) {
    const opened = await connectThrough(instance, {
      connectionTimeoutMillis: 5000,
      query_timeout: 20_000,
    }).catch(() => undefined)
    if (!opened) continue
    const { client } = opened
    const { stream } = (client as unknown as { connection: { stream: NodeJS.ReadableStream } })
      .connection
    stream.on('data', (chunk: Buffer) => seen.push(chunk.toString('latin1')))
    try {
      for (let statement = 0; statement < 50 && !isStopped(); statement += 1)
        await client.query('SELECT id, card_number FROM customers WHERE id <= 20')
    } catch {
      // Killed in the middle: what came before counts.
    } finally {
      await client.end().catch(() => undefined)
    }
  }
  return seen.join('')
}

describe('kill -9 while approvals are decided', () => {
  it('runs nothing without a consumed approval, nothing twice, and shows no masked byte', async () => {
    const direct = await connectDirectly(instance)
    const { rows: cards } = await direct.query<{ card_number: string }>(
      'SELECT card_number FROM customers WHERE id <= 20',
    )
    const reading = read(stop.signal)
    const outcomes: { id: number; ran: number; states: string[]; told: boolean }[] = []
    for (let id = 1; id <= rounds; id += 1) {
      const text = `UPDATE runs SET n = n + 1 WHERE id = ${id}`
      const { client } = await connectEventually(instance, {}, 60_000)
      const told = client.query(text).then(
        () => true,
        () => false,
      )
      const approver = await instance.api('approver')
      const request = await eventually(async () => {
        const { items } = await approver.ok<{ items: ApprovalRequest[] }>(
          'GET',
          '/v1/approval-requests?state=pending',
        )
        return items.find((item) => item.text === text)
      })
      const victim = victims[id % victims.length]!
      const voting = approver
        .call('POST', `/v1/approval-requests/${request.id}/approve`, {
          digest: request.digest,
          reason: 'chaos',
        })
        .catch(() => undefined)
      // Before, amid or after the vote, by the round.
      if (id % 3 === 0) await voting
      const [ranForClient] = await Promise.all([told, killed(instance, victim), voting])
      await client.end().catch(() => undefined)
      const states = await eventually(() => statesOf(text).catch(() => undefined), 60_000)
      const { rows } = await direct.query<{ n: number }>('SELECT n FROM runs WHERE id = $1', [id])
      outcomes.push({ id, ran: rows[0]!.n, states, told: ranForClient })
    }
    stop.abort()
    const everything = await reading
    await direct.end()
    expect(outcomes).toHaveLength(rounds)
    for (const { ran, states, told } of outcomes) {
      const consumed = states.filter((state) => state === 'consumed').length
      // Consumed and not run is the safe side; run and not consumed, or run twice, is not.
      expect(ran).toBeLessThanOrEqual(consumed)
      expect(ran).toBeLessThanOrEqual(1)
      if (told) expect(ran).toBe(1)
    }
    expect(everything).toContain('card_number')
    for (const { card_number: card } of cards) expect(everything).not.toContain(card)
  })
})
