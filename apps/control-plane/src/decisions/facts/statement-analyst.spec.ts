import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Catalog, indexCatalog, loadParser, type StatementInput } from '@wardgate/sql'
import { StatementAnalyst } from './statement-analyst'

jest.setTimeout(30_000)

const compiled = join(__dirname, '../../../dist/decisions/facts/analysis-worker.js')

class CompiledAnalyst extends StatementAnalyst {
  protected override readonly script = compiled
}

const catalog: Catalog = {
  engine: 'postgresql',
  serverVersion: 180_000,
  defaultSearchPath: ['public'],
  relations: [
    {
      id: 1,
      schema: 'public',
      name: 'orders',
      kind: 'table',
      columns: [{ number: 1, name: 'id', typeId: 23 }],
      definition: '',
      parents: [],
      hasRules: false,
      hasRowSecurity: false,
      estimatedRows: 1,
    },
  ],
  routines: [],
  types: [],
}
const index = indexCatalog(catalog)
const numbers = Array.from({ length: 60_000 }, (_, number) => number).join(',')

function statement(text: string): StatementInput {
  return { phase: 'simple', text, prepared: [], searchPath: ['public'], role: 'agent' }
}

let analyst: StatementAnalyst

beforeAll(loadParser)
beforeEach(() => {
  analyst = new CompiledAnalyst()
})
afterEach(() => analyst.onModuleDestroy())

it('runs the code that the build makes', () => {
  expect(existsSync(compiled)).toBe(true)
})

it('analyses a short statement at once', () => {
  expect(analyst.analyze(statement('SELECT id FROM orders'), index)).toMatchObject({
    facts: { actions: [{ action: 'read', resource: 'table:public.orders' }] },
  })
})

it('analyses a long statement while others are served', async () => {
  let served = 0
  const others = setInterval(() => (served += 1), 1)
  const long = await analyst.analyze(
    statement(`DELETE FROM orders WHERE id IN (${numbers})`),
    index,
  )
  clearInterval(others)
  expect(served).toBeGreaterThan(10)
  expect(long.facts.actions).toEqual([{ action: 'delete', resource: 'table:public.orders' }])
})

it('refuses long statements beyond those that may wait', async () => {
  const text = statement(`SELECT id FROM orders WHERE id IN (${numbers})`)
  const waiting = Array.from({ length: 16 }, () => Promise.resolve(analyst.analyze(text, index)))
  expect(() => analyst.analyze(text, index)).toThrow('more than 16 long statements')
  const outcomes = Promise.allSettled(waiting)
  await analyst.onModuleDestroy()
  for (const { status } of await outcomes) expect(status).toBe('rejected')
})

it('uses the catalog that each statement came with', async () => {
  const other = indexCatalog({ ...catalog, relations: [] })
  const text = statement(`SELECT id FROM orders WHERE id IN (${numbers})`)
  const [known, unknown, again] = await Promise.all(
    [index, other, index].map((which) => Promise.resolve(analyst.analyze(text, which))),
  )
  expect(known?.facts.opaque).toEqual([])
  expect(unknown?.facts.opaque).not.toEqual([])
  expect(again?.facts.opaque).toEqual([])
})
