import type { Cluster } from '@wardgate/embedded-postgres'
import { startTestCluster } from '@wardgate/embedded-postgres/testing'
import type { SessionGrant } from '@wardgate/gateway'
import { fakeGate, fakeTarget } from '@wardgate/gateway/testing'
import { connect, createServer, type AddressInfo, type Server } from 'node:net'
import { Client, type QueryConfig } from 'pg'
import { postgres } from '.'

let cluster: Cluster
let server: Server
let grant: Partial<SessionGrant> = {}
let fake: ReturnType<typeof fakeGate>

beforeAll(async () => {
  cluster = await startTestCluster()
}, 60_000)

afterAll(async () => {
  postgres.close?.()
  await cluster.remove()
})

beforeEach(async () => {
  fake = fakeGate()
  const endpoint = { host: cluster.host, port: cluster.port }
  const target = fakeTarget(
    async ({ host, port }) => {
      const socket = connect({ host, port, noDelay: true })
      await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
      return socket
    },
    {
      endpoints: [endpoint],
      tls: { mode: 'disable' },
      credential: { kind: 'password', user: cluster.user, password: cluster.password },
      database: 'postgres',
      ...grant,
    },
  )
  server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    const engine = postgres.createEngine(socket, postgres.settings.parse({}))
    const login = { clientAddress: '', plaintextAllowed: true, cancel: () => undefined }
    const { signal } = new AbortController()
    void engine
      .accept(login, signal)
      .then(() => engine.relay(fake.gate, target, signal))
      .then(({ error }) => (error === undefined ? undefined : engine.refuse(error)))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})

afterEach(async () => {
  await new Promise((resolve) => server.close(resolve))
})

async function client(): Promise<Client> {
  const { port } = server.address() as AddressInfo
  const opened = new Client({
    host: '127.0.0.1',
    port,
    user: 'shop',
    password: 'token',
    database: 'x',
  })
  await opened.connect()
  return opened
}

it('runs simple, parameterised, named and failing statements', async () => {
  const one = await client()
  expect((await one.query('SELECT 1 AS a; SELECT 2 AS b')) as unknown).toMatchObject([
    { rows: [{ a: 1 }] },
    { rows: [{ b: 2 }] },
  ])
  const named = { name: 'sum', text: 'SELECT $1::int + $2::int AS sum', values: [20, 22] }
  expect((await one.query(named)).rows).toEqual([{ sum: 42 }])
  expect((await one.query(named)).rows).toEqual([{ sum: 42 }])
  await expect(one.query('SELECT 1/0')).rejects.toMatchObject({ code: '22012' })
  await expect(one.query('SELECT $1::int / 0', [1])).rejects.toMatchObject({ code: '22012' })
  expect(
    (await one.query('SELECT count(*)::int AS n FROM generate_series(1, 100000)')).rows,
  ).toEqual([{ n: 100_000 }])
  await one.end()
  expect(fake.spool.of('intent').length).toBe(fake.spool.of('outcome').length)
})

it('streams many rows and masks one column in both formats', async () => {
  fake.controlPlane.answer = () =>
    fake.controlPlane.allow({
      masking: {
        width: 2,
        columns: [{ index: 1, rule: 'pan', method: { kind: 'redact' } }],
        origins: [],
        detectors: [],
      },
    })
  const one = await client()
  const text = `SELECT n, 'CANARY' || n AS secret FROM generate_series(1, 50000) AS n`
  for (const values of [undefined, []]) {
    const { rows } = await one.query({ text, ...(values && { values }) })
    expect(rows).toHaveLength(50_000)
    expect(JSON.stringify(rows)).not.toContain('CANARY')
  }
  const inBinary: QueryConfig & { readonly binary: boolean } = { text, values: [], binary: true }
  const { rows } = await one.query(inBinary)
  expect(rows).toHaveLength(50_000)
  expect(JSON.stringify(rows)).not.toContain('CANARY')
  await one.end()
})

it('fails a transaction whose statement was refused', async () => {
  const { controlPlane } = fake
  controlPlane.answer = (operation) =>
    'text' in operation && operation.text.startsWith('DROP')
      ? controlPlane.deny()
      : controlPlane.allow()
  const one = await client()
  await one.query('CREATE TABLE kept (n int)')
  await one.query('BEGIN')
  await one.query('INSERT INTO kept VALUES (1)')
  await expect(one.query('DROP TABLE kept')).rejects.toMatchObject({ code: '42501' })
  await expect(one.query('SELECT 1')).rejects.toMatchObject({ code: '25P02' })
  await one.query('COMMIT')
  expect((await one.query('SELECT * FROM kept')).rows).toEqual([])
  await expect(one.query('DROP TABLE kept', [])).rejects.toMatchObject({ code: '42501' })
  await one.query('BEGIN')
  await one.query('INSERT INTO kept VALUES ($1)', [1])
  await expect(one.query({ text: 'DROP TABLE kept', values: [] })).rejects.toMatchObject({
    code: '42501',
  })
  await one.query('COMMIT')
  expect((await one.query('SELECT * FROM kept')).rows).toEqual([])
  await one.end()
})

it('cuts a result short at the row limit and goes on', async () => {
  const { controlPlane } = fake
  const one = await client()
  controlPlane.answer = () => controlPlane.allow({ rowLimit: 10 })
  const text = 'SELECT generate_series(1, 100000)'
  await expect(one.query(text)).rejects.toMatchObject({ code: '54000' })
  await expect(one.query(text, [])).rejects.toMatchObject({ code: '54000' })
  expect((await one.query('SELECT generate_series(1, 10)', [])).rows).toHaveLength(10)
  await one.end()
})

it('counts the rows of an hour over all results and sessions of a principal', async () => {
  const { controlPlane } = fake
  controlPlane.answer = () => controlPlane.allow({ hourlyRowLimit: 15 })
  const one = await client()
  const text = 'SELECT generate_series(1, 10)'
  expect((await one.query(text)).rows).toHaveLength(10)
  await one.end()
  const other = await client()
  await expect(other.query(text)).rejects.toMatchObject({ code: '54000' })
  await expect(other.query(text, [])).rejects.toMatchObject({ code: '54000' })
  expect((await other.query('SELECT 1 WHERE false')).rows).toEqual([])
  await other.end()
})

it('waits for each next lease of rows and loses none of them', async () => {
  const { controlPlane } = fake
  controlPlane.leaseSize = 7
  controlPlane.answer = () => controlPlane.allow({ hourlyRowLimit: 5_000 })
  const one = await client()
  const text = "SELECT i, repeat('x', i % 300) AS filler FROM generate_series(1, 2000) i"
  const { rows } = await one.query<{ i: number }>(text, [])
  expect(rows.map(({ i }) => i)).toEqual(Array.from({ length: 2_000 }, (_, index) => index + 1))
  expect((await one.query(text)).rows).toHaveLength(2_000)
  await expect(one.query(text)).rejects.toMatchObject({ code: '54000' })
  controlPlane.leaseSize = Infinity
  await one.end()
})

it('shows what is on lease and no more while the control plane does not answer', async () => {
  const { controlPlane } = fake
  controlPlane.leaseSize = 4
  controlPlane.answer = () => controlPlane.allow({ hourlyRowLimit: 100 })
  const one = await client()
  await one.query('SELECT generate_series(1, 2)')
  controlPlane.answer = () => {
    controlPlane.isDown = true
    return controlPlane.allow({ hourlyRowLimit: 100 })
  }
  await expect(one.query('SELECT generate_series(1, 3)')).rejects.toMatchObject({
    code: '54000',
    message: expect.stringMatching(/how many are left cannot be asked/) as string,
  })
  controlPlane.isDown = false
  controlPlane.leaseSize = Infinity
  await one.end()
})

describe('a session of nothing but reading', () => {
  beforeAll(() => {
    grant = { readOnly: true }
  })

  afterAll(() => {
    grant = {}
  })

  it.each(['', 'RESET ALL', 'DISCARD ALL', 'RESET default_transaction_read_only'])(
    'is one to the target too, after %j',
    async (before) => {
      const one = await client()
      if (before !== '') await one.query(before)
      // Allowed by the gate's fake control plane: the target is the one that refuses.
      await expect(one.query('CREATE TABLE written (id int)')).rejects.toMatchObject({
        code: '25006',
      })
      expect((await one.query('SHOW default_transaction_read_only')).rows).toEqual([
        { default_transaction_read_only: 'on' },
      ])
      await one.end()
    },
  )
})
