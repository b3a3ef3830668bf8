import type { Client, DatabaseError } from 'pg'
import { eventually } from '../../support/eventually'
import { connectDirectly, connectThrough, type GovernedClient } from '../../support/governed-client'
import type { Api } from '../../support/instance'
import { sharedInstance } from '../../support/shared-instance'

interface ApprovalRequest {
  readonly id: string
  readonly digest: string
  readonly text: string
  readonly summary: string
  readonly state: string
  readonly mayVote: boolean
}

jest.setTimeout(90_000)

let direct: Client
let approver: Api
let open: GovernedClient[] = []

async function connect(options?: Parameters<typeof connectThrough>[1]): Promise<GovernedClient> {
  const governed = await connectThrough(sharedInstance, options)
  open.push(governed)
  return governed
}

async function refusal(work: Promise<unknown>): Promise<DatabaseError> {
  return work.then(
    () => {
      throw new Error('it was not refused')
    },
    (error: unknown) => error as DatabaseError,
  )
}

async function pendingFor(text: string, api = approver): Promise<ApprovalRequest> {
  return eventually(async () => {
    const { items } = await api.ok<{ items: ApprovalRequest[] }>(
      'GET',
      '/v1/approval-requests?state=pending',
    )
    const found = items.find((item) => item.text.includes(text))
    return found && api.ok<ApprovalRequest>('GET', `/v1/approval-requests/${found.id}`)
  })
}

async function vote(
  api: Api,
  request: ApprovalRequest,
  how: 'approve' | 'reject',
  reason = 'looked at it',
): Promise<number> {
  const answer = await api.call('POST', `/v1/approval-requests/${request.id}/${how}`, {
    digest: request.digest,
    reason,
  })
  return answer.status
}

async function countPayments(orderId: number): Promise<number> {
  const { rows } = await direct.query<{ n: number }>(
    'SELECT count(*)::int AS n FROM payments WHERE order_id = $1',
    [orderId],
  )
  return rows[0]!.n
}

beforeAll(async () => {
  direct = await connectDirectly(sharedInstance)
  approver = await sharedInstance.api('approver')
})

afterEach(async () => {
  await Promise.all(open.map(({ client }) => client.end().catch(() => undefined)))
  open = []
})

afterAll(() => direct.end())

describe('masking', () => {
  const raw = 'SELECT name, email, national_id, card_number FROM customers WHERE id = 1'

  it.each([
    ['simple', (client: Client, text: string) => client.query(text)],
    [
      'extended',
      (client: Client, text: string) =>
        client.query({ text: `${text} AND $1::int = 1`, values: [1] }),
    ],
    [
      'extended, binary',
      (client: Client, text: string) =>
        client.query(
          Object.assign({ text: `${text} AND $1::int = 1`, values: [1] }, { binary: true }),
        ),
    ],
  ])('hides ids, cards and e-mails in the %s protocol', async (_protocol, run) => {
    const { rows: bare } = await direct.query(raw)
    const { client } = await connect()
    const { rows } = await run(client, raw)
    expect(rows).toHaveLength(1)
    expect(rows[0].name).toBe(bare[0].name)
    for (const column of ['email', 'national_id', 'card_number']) {
      expect(rows[0][column]).not.toContain(String(bare[0][column]).slice(0, 8))
    }
    expect(rows[0].card_number).toMatch(new RegExp(`${String(bare[0].card_number).slice(-4)}$`))
  })

  it.each([
    ['an alias', 'SELECT card_number AS harmless FROM customers WHERE id = 1'],
    ['a star', 'SELECT * FROM customers WHERE id = 1'],
    ['a view that renames', 'SELECT pan FROM customer_cards WHERE customer_id = 1'],
    [
      'a common table expression',
      'WITH c AS (SELECT id, card_number AS x FROM customers) SELECT x FROM c WHERE id = 1',
    ],
    ['a sub-query', 'SELECT y FROM (SELECT id, card_number AS y FROM customers) s WHERE id = 1'],
    ['an expression', "SELECT card_number || '' AS e FROM customers WHERE id = 1"],
    ['a reversal', 'SELECT reverse(card_number) FROM customers WHERE id = 1'],
    ['an encoding', "SELECT encode(card_number::bytea, 'base64') FROM customers WHERE id = 1"],
    ['a whole row', 'SELECT customers FROM customers WHERE id = 1'],
    ['json', 'SELECT to_jsonb(c) FROM customers c WHERE id = 1'],
    [
      'a union',
      'SELECT name FROM customers WHERE id = 1 UNION SELECT card_number FROM customers WHERE id = 1',
    ],
    ['COPY', 'COPY (SELECT card_number FROM customers WHERE id = 1) TO STDOUT'],
    ['an error message', 'SELECT card_number::int FROM customers WHERE id = 1'],
    ['a predicate', "SELECT name FROM customers WHERE card_number LIKE '4000%'"],
  ])('never shows a card number through %s', async (_how, text) => {
    const { rows } = await direct.query<{ card_number: string }>(
      'SELECT card_number FROM customers WHERE id = 1',
    )
    const card = rows[0]!.card_number
    const { client, notices } = await connect()
    const seen: string[] = []
    const connection = (client as unknown as { connection: { stream: NodeJS.ReadableStream } })
      .connection
    connection.stream.on('data', (chunk: Buffer) => seen.push(chunk.toString('latin1')))
    await client.query(text).catch((error: unknown) => seen.push((error as DatabaseError).message))
    const everything = [...seen, ...notices].join('')
    expect(everything.length).toBeGreaterThan(0)
    for (const form of [
      card,
      Array.from(card).reverse().join(''),
      Buffer.from(card).toString('base64'),
      Buffer.from(card).toString('hex'),
    ]) {
      expect(everything).not.toContain(form)
    }
  })

  it('leaves what no rule names as it is', async () => {
    const text = 'SELECT id, status, amount, placed_at FROM orders ORDER BY id LIMIT 50'
    const { client } = await connect()
    expect((await client.query(text)).rows).toEqual((await direct.query(text)).rows)
  })
})

describe('refusal', () => {
  it.each([
    ['DROP TABLE orders', 'no-ddl'],
    ['/* harmless */ DrOp TABLE "orders"', 'no-ddl'],
    ['SELECT 1; DROP TABLE orders', 'no-ddl'],
    ['SELECT value FROM secrets', 'secrets'],
    ['WITH s AS (SELECT * FROM public.secrets) SELECT count(*) FROM s', 'secrets'],
    ['TRUNCATE orders', 'no-ddl'],
  ])('refuses %s and names the rule', async (text, rule) => {
    const { client } = await connect()
    const error = await refusal(client.query(text))
    expect(error.code).toBe('42501')
    expect(`${error.message} ${error.detail ?? ''} ${error.hint ?? ''}`).toContain(rule)
    expect(
      (await direct.query("SELECT to_regclass('orders') IS NOT NULL AS there")).rows[0].there,
    ).toBe(true)
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })

  it.each([
    'DO $$ BEGIN DELETE FROM orders; END $$',
    "SELECT pg_read_file('/etc/passwd')",
    "COPY orders TO PROGRAM 'cat'",
    "SELECT query_to_xml('select * from secrets', true, true, '')",
    'CREATE TABLE copy_of_customers AS SELECT * FROM customers',
    'SELECT cancel_order(1)',
  ])('refuses what it cannot allow: %s', async (text) => {
    const { client } = await connect()
    expect((await refusal(client.query(text))).code).toMatch(/^(42501|57014)$|^WG/)
  })

  it.each([
    ['garbage', 'not-a-token', /token/i],
    ['nothing', '', /token|password/i],
  ])('refuses a password that is %s, in words', async (_what, token, words) => {
    const error = await refusal(connect({ token }))
    expect(error.code).toMatch(/^28/)
    expect(error.message).toMatch(words)
  })

  it('refuses a connection that does not exist', async () => {
    expect((await refusal(connect({ user: 'nowhere' }))).message).toMatch(/nowhere|connection/)
  })

  it('refuses a token that was exchanged for another connection', async () => {
    const api = await sharedInstance.api('aiAgent')
    const answer = await fetch(`${api.base}/v1/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: api.token,
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        audience: 'connection:open',
      }),
    })
    const { access_token: token } = (await answer.json()) as { access_token: string }
    expect((await refusal(connect({ token }))).message).toMatch(/for connection open only/)
    const { client } = await connect({ user: 'open', token })
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })
})

describe('approval', () => {
  it('holds a DELETE, tells the client, and runs it once when a human approves', async () => {
    const { client, notices } = await connect()
    const before = await countPayments(9)
    const running = client.query('DELETE FROM payments WHERE order_id = 9')
    const request = await pendingFor('order_id = 9')
    expect(request.text).toBe('DELETE FROM payments WHERE order_id = 9')
    expect(await countPayments(9)).toBe(before)
    await eventually(async () => notices.find((notice) => notice.includes(request.id)))
    expect(await vote(approver, request, 'approve')).toBeLessThan(300)
    expect((await running).rowCount).toBe(before)
    expect(await countPayments(9)).toBe(0)
    expect(await vote(approver, request, 'approve')).toBe(409)
  })

  it('binds the approval to the parameters', async () => {
    const { client } = await connect()
    const running = client.query('DELETE FROM payments WHERE order_id = $1', [13])
    const request = await pendingFor('order_id = $1')
    expect(await vote(approver, { ...request, digest: '0'.repeat(64) }, 'approve')).toBe(409)
    expect(JSON.stringify(request)).toContain('13')
    await vote(approver, request, 'approve')
    expect((await running).rowCount).toBeGreaterThan(0)
  })

  it("shows the approver the target's estimate", async () => {
    const { client } = await connect()
    const running = refusal(client.query('DELETE FROM payments WHERE order_id < 10000000'))
    const request = await pendingFor('order_id < 10000000')
    const { rows } = await direct.query<{ n: number }>('SELECT count(*)::int AS n FROM payments')
    const [, shown = ''] = /about ([\d,]+) rows?/.exec(request.summary) ?? []
    expect(Number(shown.replaceAll(',', ''))).toBeGreaterThan((rows[0]?.n ?? 0) / 10)
    await vote(approver, request, 'reject', 'all of them')
    await running
  })

  it('tells the client who rejected it, and why', async () => {
    const { client } = await connect()
    const running = refusal(client.query("UPDATE orders SET status = 'paid' WHERE id = 15"))
    await vote(approver, await pendingFor('id = 15'), 'reject', 'not this one')
    expect((await running).message).toMatch(/reject/i)
    expect(`${(await running).message} ${(await running).detail ?? ''}`).toContain('not this one')
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })

  it('withdraws the request when the client goes away, and never runs it', async () => {
    const { client } = await connect()
    const before = await countPayments(19)
    client.query('DELETE FROM payments WHERE order_id = 19').catch(() => undefined)
    const request = await pendingFor('order_id = 19')
    const stream = (client as unknown as { connection: { stream: { destroy(): void } } }).connection
      .stream
    stream.destroy()
    const state = await eventually(async () => {
      const now = await approver.ok<ApprovalRequest>('GET', `/v1/approval-requests/${request.id}`)
      return now.state === 'pending' ? undefined : now.state
    })
    expect(state).toBe('cancelled')
    expect(await vote(approver, request, 'approve')).toBe(409)
    expect(await countPayments(19)).toBe(before)
  })

  it('lets nobody approve what they asked for themselves', async () => {
    const token = await sharedInstance.token('approver')
    const { client } = await connect({ token })
    const running = client
      .query('DELETE FROM payments WHERE order_id = 21')
      .catch((error: unknown) => error)
    const request = await pendingFor('order_id = 21')
    expect(request.mayVote).toBe(false)
    expect(await vote(approver, request, 'approve')).toBe(403)
    const dave = await sharedInstance.api({ token: await sharedInstance.tokenOf('dave') })
    expect(await vote(dave, await pendingFor('order_id = 21', dave), 'approve')).toBeLessThan(300)
    expect(await running).toMatchObject({ rowCount: expect.any(Number) })
  })

  it('lets no AI agent approve, and no administrator who owns it', async () => {
    const { client } = await connect()
    client.query('DELETE FROM payments WHERE order_id = 25').catch(() => undefined)
    const request = await pendingFor('order_id = 25')
    for (const identity of ['aiAgent', 'admin'] as const) {
      expect(
        await vote(await sharedInstance.api(identity), request, 'approve'),
      ).toBeGreaterThanOrEqual(400)
    }
  })
})

describe('evidence', () => {
  it('kills a live session', async () => {
    const { client } = await connect()
    await client.query('SELECT 1')
    const ended = new Promise((done) => client.once('end', done))
    const admin = await sharedInstance.api('admin')
    const { items } = await admin.ok<{ items: { id: string }[] }>(
      'GET',
      '/v1/sessions?state=open&connection=shop',
    )
    for (const { id } of items)
      await admin.ok('POST', `/v1/sessions/${id}/kill`, { reason: 'test' })
    await ended
    expect(items.length).toBeGreaterThan(0)
  })

  it('has one intent and one outcome for a statement, replays it, and verifies', async () => {
    const mark = `evidence ${Date.now()}`
    const { client } = await connect()
    await client.query(`SELECT '${mark}' AS mark`)
    await client.end()
    const auditor = await sharedInstance.api('auditor')
    const operation = await eventually(async () => {
      const { items } = await auditor.ok<{
        items: { id: string; text: string; sessionId: string; status: string }[]
      }>('GET', '/v1/operations?limit=200')
      return items.find(({ text, status }) => text.includes(mark) && status === 'succeeded')
    })
    const { items: entries } = await auditor.ok<{
      items: { kind: string; operationId?: string }[]
    }>('GET', `/v1/audit/entries?sessionId=${operation.sessionId}&limit=200`)
    const kinds = entries
      .filter(({ operationId }) => operationId === operation.id)
      .map(({ kind }) => kind)
    expect(kinds.filter((kind) => kind.includes('intent'))).toHaveLength(1)
    expect(kinds.filter((kind) => kind.includes('outcome'))).toHaveLength(1)
    const replay = await eventually(async () => {
      const shown = await sharedInstance.cli(
        '--identity',
        'auditor',
        'sessions',
        'replay',
        operation.sessionId,
        '--speed',
        '0',
      )
      return shown.code === 0 ? shown : undefined
    })
    expect(replay.stdout).toContain(mark)
  })
})
