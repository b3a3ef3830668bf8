import type { SpoolRecord } from '@wardgate/contract'
import { Client } from 'pg'
import { v7 as uuid } from 'uuid'
import { startTestApp, type TestApp } from '../testing/test-app'
import { TestSpool } from '../testing/test-spool'
import type { Operation } from './operation'
import { OperationRepository } from './operation.repository'
import type { OperationsQuery } from './sessions.dto'

jest.setTimeout(60_000)

const traceId = '0af7651916cd43dd8448eb211c80319c'

describe('operations, told by the audit log or by rows of their own', () => {
  let test: TestApp
  let database: Client
  const spool = new TestSpool()
  let [first, second] = ['', '']
  let all: readonly Operation[]

  const list = (query: Partial<OperationsQuery> = {}) =>
    test.app.get(OperationRepository, { strict: false }).list({ limit: 200, ...query })

  async function pages(query: Partial<OperationsQuery>, limit: number) {
    const ids: string[] = []
    for (let cursor: string | undefined; ;) {
      const page = await list({ ...query, limit, ...(cursor === undefined ? {} : { cursor }) })
      ids.push(...page.slice(0, limit).map(({ id }) => id))
      if (page.length <= limit) return ids
      cursor = Buffer.from(ids.at(-1) ?? '').toString('base64url')
    }
  }

  const whole = (sessionId: string, text: string, operationId = uuid()): SpoolRecord[] => [
    spool.intent(sessionId, { operationId, text }, minute()),
    spool.outcome(sessionId, operationId),
  ]

  let minutes = 0
  const minute = () => new Date(Date.parse('2026-03-01T12:00:00Z') + 60_000 * minutes++)

  const refused = (sessionId: string): SpoolRecord =>
    spool.record(
      {
        $case: 'refused',
        value: {
          sessionId,
          operationId: uuid(),
          kind: 'statement',
          text: 'drop table t',
          textDigest: Buffer.alloc(32, 9),
          textBytes: 12n,
          code: 'ERR_POLICY_DENIED',
          message: 'no',
          determinedBy: [],
          summary: 'DROP on public.t',
          actions: [{ action: 'drop', resource: 'table:public.t' }],
        },
      },
      minute(),
    )

  beforeAll(async () => {
    test = await startTestApp()
    database = new Client({ connectionString: test.database.url })
    await database.connect()
    first = await spool.session(database)
    second = await spool.session(database)
    await database.query(`UPDATE sessions SET connection = 'elsewhere' WHERE id = $1`, [second])
    const foreign = await new TestSpool().session(database)
    const begun = whole(first, 'select 1')
    const open = uuid()
    await spool.take(test, [
      ...begun,
      spool.intent(first, { operationId: open, text: 'select pg_sleep(9)' }, minute()),
      ...whole(
        second,
        `select 2 /*traceparent='00-${traceId.toUpperCase()}-b7ad6b7169203331-01'*/`,
      ),
      refused(second),
      ...whole(foreign, 'select of a session of another agent'),
    ])
    await spool.take(test, [
      ...whole(first, `select '${'x'.repeat(7_000)}'`),
      spool.outcome(first, open, { status: 2, errorCode: '57014' }),
      ...whole(second, 'delete from t').map((record) => {
        if (record.entry?.$case === 'intent')
          record.entry.value.actions = [{ action: 'delete', resource: 'table:public.t' }]
        return record
      }),
    ])
    all = await list()
  })
  afterAll(async () => {
    await database.end()
    await test.stop()
  })

  it('are rows only where the log does not tell all of them', async () => {
    const { rows } = await database.query('SELECT text FROM operations ORDER BY id')
    expect(rows.map(({ text }) => text.slice(0, 20))).toEqual([
      'select pg_sleep(9)',
      `select '${'x'.repeat(12)}`,
    ])
  })

  it('are all shown, newest first, and none that an agent says of a session of another', () => {
    expect(all.map(({ text, status }) => [text.slice(0, 12), status])).toEqual([
      ['delete from ', 'succeeded'],
      ["select 'xxxx", 'succeeded'],
      ['drop table t', 'refused'],
      ['select 2 /*t', 'succeeded'],
      ['select pg_sl', 'failed'],
      ['select 1', 'succeeded'],
    ])
    expect(all.map(({ text }) => text.length)[1]).toBe(7_009)
  })

  it('are found by their ids as the list has them', async () => {
    const repository = test.app.get(OperationRepository, { strict: false })
    for (const operation of all) expect(await repository.find(operation.id)).toEqual(operation)
    expect(await repository.find(uuid())).toBeUndefined()
  })

  it('say what was refused', () => {
    expect(all[2]).toMatchObject({
      summary: 'DROP on public.t',
      actions: ['drop', 'drop table:public.t'],
      errorCode: 'ERR_POLICY_DENIED',
    })
  })

  it('say the same whichever tells of them', () => {
    const [told, row] = [all[5], all[4]]
    expect(Object.keys(told ?? {}).sort()).toEqual(Object.keys(row ?? {}).sort())
    expect(told).toMatchObject({
      sessionId: first,
      kind: 'statement',
      summary: 'SELECT t',
      textDigest: Buffer.alloc(32, 7),
      textBytes: 8n,
      determinedBy: [{ policy: 'p', rule: 'r' }],
      actions: ['read', 'read table:public.t'],
      approvalId: null,
      rows: 1n,
      bytes: 10n,
      maskedCells: 0n,
      completion: 'SELECT 1',
      errorCode: '',
      durationMicros: 900n,
      traceId: null,
      startedAt: expect.any(Date),
      endedAt: expect.any(Date),
    })
    expect(all[2]).toMatchObject({
      errorCode: 'ERR_POLICY_DENIED',
      errorMessage: 'no',
      durationMicros: null,
      endedAt: null,
    })
  })

  it.each<[string, () => Partial<OperationsQuery>, (operation: Operation) => boolean]>([
    ['session', () => ({ sessionId: second }), ({ sessionId }) => sessionId === second],
    ['connection', () => ({ connection: 'elsewhere' }), ({ sessionId }) => sessionId === second],
    ['status', () => ({ status: 'succeeded' }), ({ status }) => status === 'succeeded'],
    ['refusal', () => ({ status: 'refused' }), ({ status }) => status === 'refused'],
    ['action', () => ({ action: 'delete' }), ({ actions }) => actions.includes('delete')],
    [
      'action on something',
      () => ({ action: 'read table:public.t' }),
      ({ actions }) => actions.includes('read table:public.t'),
    ],
    ['trace', () => ({ traceId }), (operation) => operation.traceId === traceId],
    [
      'time',
      () => ({ from: all[4]?.startedAt, to: all[2]?.startedAt }),
      ({ startedAt }) =>
        startedAt >= (all[4]?.startedAt ?? 0) && startedAt < (all[2]?.startedAt ?? 0),
    ],
  ])('are listed by %s, page after page', async (_name, queryOf, fits) => {
    const expected = all.filter(fits).map(({ id }) => id)
    for (const limit of [1, 2, 200]) expect(await pages(queryOf(), limit)).toEqual(expected)
  })

  it('are listed one page after the other', async () => {
    expect(await pages({}, 2)).toEqual(all.map(({ id }) => id))
  })
})
