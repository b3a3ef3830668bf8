import type { Parameter, StatementOperation } from '@wardgate/gateway'
import { type RealDatabase, startRealDatabase } from '../../testing/real-database'
import { Estimates } from '../estimators'
import { estimatePostgres } from './estimate'
import { planEstimate } from './plan'

let access: RealDatabase['access']
let database: RealDatabase['database']
let stop: RealDatabase['stop']

beforeAll(async () => {
  ;({ access, database, stop } = await startRealDatabase(`
    CREATE SCHEMA app; CREATE TABLE app.items (id int PRIMARY KEY, kind int);
    INSERT INTO app.items SELECT i, i % 10 FROM generate_series(1, 10000) i; ANALYZE app.items`))
}, 60_000)

afterAll(() => stop())

function operation(text: string, parameters: readonly Parameter[] = []): StatementOperation {
  const state = {
    database: 'postgres',
    searchPath: ['app'],
    role: 'agent',
    transaction: 'idle' as const,
  }
  return {
    kind: 'statement',
    dialect: 'postgresql',
    phase: 'execute',
    text,
    parameters,
    prepared: [],
    state,
  }
}

function rowsOf(text: string, parameters?: readonly Parameter[]) {
  const signal = AbortSignal.timeout(5_000)
  return estimatePostgres({ access, operation: operation(text, parameters), signal }).then(
    (estimate) => estimate?.rows,
  )
}

const text = (value: string): Parameter => ({ type: 0, format: 'text', value: Buffer.from(value) })

function binary(value: number): Parameter {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return { type: 23, format: 'binary', value: bytes }
}

/** As JDBC binds a long: declared wider than the column that it is compared with. */
function bigint(value: bigint): Parameter {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(value)
  return { type: 20, format: 'binary', value: bytes }
}

async function count(): Promise<number> {
  const { rows } = await database.query<{ n: number }>('SELECT count(*)::int AS n FROM app.items')
  return rows[0]?.n ?? 0
}

it('says how many rows a change would touch, and changes none', async () => {
  expect(await rowsOf('DELETE FROM items')).toBe(10_000)
  expect(await rowsOf('DELETE FROM items WHERE id = 7;')).toBe(1)
  expect(await rowsOf('UPDATE items SET kind = 1 WHERE id <= 5000 RETURNING id')).toBeGreaterThan(
    4_000,
  )
  expect(await rowsOf('INSERT INTO items SELECT id + 20000, 1 FROM items')).toBe(10_000)
  expect(await rowsOf('WITH gone AS (DELETE FROM items RETURNING 1) SELECT 1')).toBe(10_000)
  expect(await count()).toBe(10_000)
})

it('plans with the parameters as they are bound, in both formats', async () => {
  const statement = 'DELETE FROM items WHERE id <= $1'
  expect(await rowsOf(statement, [text('10')])).toBeLessThan(100)
  expect(await rowsOf(statement, [binary(10)])).toBeLessThan(100)
  expect(await rowsOf(statement, [binary(9_000)])).toBeGreaterThan(8_000)
  expect(await rowsOf(statement, [{ ...binary(10), type: 0 }])).toBeLessThan(100)
})

it('plans with a parameter that is declared wider than its column', async () => {
  expect(await rowsOf('DELETE FROM items WHERE id <= $1', [bigint(10n)])).toBeLessThan(100)
})

it.each([
  'DELETE FROM items; DELETE FROM items',
  'ANALYZE DELETE FROM items',
  ') DELETE FROM items',
  'DELETE FROM nothing_of_that_name',
  'COMMIT',
])('runs nothing of %s', async (statement) => {
  await expect(rowsOf(statement)).rejects.toThrow()
  expect(await count()).toBe(10_000)
})

it('has no estimate where the target gives none', async () => {
  const estimates = new Estimates(() => access)
  expect(await estimates.of('shop', operation('DELETE FROM items'))).toMatchObject({ rows: 10_000 })
  expect(await estimates.of('shop', operation('DELETE FROM nothing_of_that_name'))).toBeUndefined()
  expect(await new Estimates(() => undefined).of('shop', operation('SELECT 1'))).toBeUndefined()
})

it('waits for no lock', async () => {
  await database.query('BEGIN; LOCK TABLE app.items IN ACCESS EXCLUSIVE MODE')
  const estimates = new Estimates(() => access)
  expect(await estimates.of('shop', operation('DELETE FROM items'))).toBeUndefined()
  await database.query('ROLLBACK')
})

it('reads no estimate from what is no plan', () => {
  for (const json of [undefined, [], [{}], [{ Plan: { 'Node Type': 'Result' } }]])
    expect(planEstimate(json)).toBeUndefined()
})
