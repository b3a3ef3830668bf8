import { randomUUID } from 'node:crypto'
import type { SpoolRecord } from '@wardgate/contract'
import { Client } from 'pg'
import { startTestApp, type TestApp } from '../testing/test-app'
import { spooled, takeIn } from '../testing/test-spool'

jest.setTimeout(60_000)

const agentId = randomUUID()

/** Two processes that go on with one spool write other records under the same numbers. */
function records(writer: string, from: number, to: number): SpoolRecord[] {
  return Array.from({ length: to - from + 1 }, (_, at) =>
    spooled(from + at, { $case: 'agentLife', value: { event: 1, detail: writer } }, new Date(at)),
  )
}

describe('a spool that two processes of an agent go on with', () => {
  let test: TestApp
  let database: Client

  beforeAll(async () => {
    test = await startTestApp()
    database = new Client({ connectionString: test.database.url })
    await database.connect()
  })

  afterAll(async () => {
    await database.end()
    await test.stop()
  })

  const take = (spoolId: string, batch: SpoolRecord[]) =>
    takeIn(test, { agentId, spoolId }, batch, '10.0.0.9:1')

  async function told(kind: string, spoolId: string): Promise<unknown[]> {
    const { rows } = await database.query<{ body: unknown }>(
      `SELECT leaf::json->'body' AS body FROM audit_entries
       WHERE kind = $1 AND leaf::json->'body'->>'spoolId' = $2`,
      [kind, spoolId],
    )
    return rows.map(({ body }) => body)
  }

  it('is refused where it differs from what is held, and the log says so once', async () => {
    const spoolId = randomUUID()
    await take(spoolId, records('both', 1, 3))
    await take(spoolId, records('thief', 4, 6))
    for (const batch of [records('true', 4, 6), records('true', 4, 9), records('true', 6, 7)])
      await expect(take(spoolId, batch)).rejects.toMatchObject({
        code: 'ERR_AUDIT_CORRUPT',
        message: expect.stringContaining('two processes'),
      })
    expect(await told('ingest.forked', spoolId)).toEqual([
      { agentId, spoolId, sequence: 6, address: '10.0.0.9:1' },
    ])
  })

  it('is not what comes twice because its acknowledgement was lost', async () => {
    const spoolId = randomUUID()
    const batch = records('one', 1, 4)
    await take(spoolId, batch)
    expect(await take(spoolId, batch)).toBe(4)
    expect(await take(spoolId, batch.slice(0, 2))).toBe(4)
    expect(await take(spoolId, [...batch.slice(2), ...records('one', 5, 5)])).toBe(5)
    expect(await told('ingest.forked', spoolId)).toEqual([])
  })

  it('is told once when records are missing, however often they come', async () => {
    const spoolId = randomUUID()
    await take(spoolId, records('one', 1, 1))
    for (const _ of [1, 2])
      await expect(take(spoolId, records('one', 3, 3))).rejects.toThrow('2 is missing')
    expect(await told('ingest.gap', spoolId)).toHaveLength(1)
  })
})
