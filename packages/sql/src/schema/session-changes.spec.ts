import type { SelectedMask } from '@wardgate/policy'
import { analyze } from '../analyze'
import type { MaskingDecision, StatementAnalysis } from '../analysis'
import type { Relation } from '../catalog'
import { planMasks } from '../masks/plan-masks'
import { indexCatalog } from '../names/catalog-index'
import { pgAttribute } from '../names/missing-values'
import { loadParser } from '../parser'
import { madeCatalog, madeTable, textColumns } from '../testing/made-catalog'
import { statement } from '../testing/reference'
import type { SchemaChange } from './change'

function table(id: number, name: string, columns: readonly string[], schema = 'public'): Relation {
  return madeTable(id, name, { schema, columns: textColumns(columns) })
}

const type = { schema: 'pg_catalog', elementId: 0, baseId: 0, relationId: 0 }
const catalog = madeCatalog({
  relations: [
    table(1, 'customers', ['id', 'name', 'ssn']),
    table(2, 'orders', ['id', 'note']),
    { ...table(3, 'archive', ['id', 'name', 'ssn']), definition: 'RANGE (id)' },
    table(4, 'orders', ['id', 'other'], 'later'),
  ],
  types: [
    { ...type, id: 25, name: 'text' },
    { ...type, id: 23, name: 'int4' },
    { ...type, id: 1009, name: '_text', elementId: 25 },
  ],
})
const index = indexCatalog(catalog)
const masks: readonly SelectedMask[] = [
  {
    reference: { policy: 'p', rule: 'ssn' },
    columns: ['customers.ssn'],
    detectors: [],
    method: { kind: 'redact' },
  },
]

/** The texts one after the other in one session; what the last one is. */
function session(...texts: readonly string[]): StatementAnalysis {
  let changes: readonly SchemaChange[] = []
  let last: StatementAnalysis | undefined
  for (const text of texts) {
    last = analyze(statement(text, { searchPath: ['public', 'later'], changes }), index)
    changes = last.changes
  }
  if (last === undefined) throw new Error('no text')
  return last
}

function masked(...texts: readonly string[]): MaskingDecision {
  return planMasks(session(...texts), { masks }, index)
}

function columnsOf({ statements }: StatementAnalysis): readonly string[] | undefined {
  return statements.at(-1)?.outputs?.map(({ name }) => name)
}

beforeAll(loadParser)

/** Whether as one text or as one operation each, a session sees what it has made. */
const ways: readonly [string, (texts: readonly string[]) => StatementAnalysis][] = [
  ['in one text', (texts) => session(texts.join('; '))],
  ['one by one', (texts) => session(...texts)],
]

describe.each(ways)('what a session has made is known to it, %s', (_way, run) => {
  it.each<[string[], string[]]>([
    [
      ['CREATE TABLE t (id int, tags text[])', 'SELECT * FROM t'],
      ['id', 'tags'],
    ],
    [['CREATE TEMP TABLE t (id serial)', 'SELECT * FROM pg_temp.t'], ['id']],
    [
      ['CREATE TABLE t (LIKE orders, more text)', 'SELECT * FROM t'],
      ['id', 'note', 'more'],
    ],
    [
      ['CREATE TABLE t (more text) INHERITS (orders)', 'TABLE t'],
      ['id', 'note', 'more'],
    ],
    [
      ['CREATE TABLE t AS SELECT id AS a, note FROM orders', 'TABLE t'],
      ['a', 'note'],
    ],
    [
      ['SELECT id, note INTO t FROM orders', 'SELECT * FROM t'],
      ['id', 'note'],
    ],
    [['CREATE VIEW v (a) AS SELECT note FROM orders', 'SELECT * FROM v'], ['a']],
    [['CREATE TABLE t (id int)', 'ALTER TABLE t RENAME TO u', 'TABLE u'], ['id']],
    [
      ['ALTER TABLE archive ADD COLUMN x int', 'TABLE archive'],
      ['id', 'name', 'ssn', 'x'],
    ],
    [
      ['ALTER TABLE archive DROP COLUMN name', 'TABLE archive'],
      ['id', 'ssn'],
    ],
    [
      ['ALTER TABLE archive RENAME COLUMN name TO n', 'TABLE archive'],
      ['id', 'n', 'ssn'],
    ],
    [
      ['ALTER TABLE archive RENAME TO gone', 'TABLE gone'],
      ['id', 'name', 'ssn'],
    ],
    [["CREATE TYPE m AS ENUM ('a')", 'CREATE TABLE t (m m)', 'TABLE t'], ['m']],
    [
      [
        'BEGIN',
        'CREATE TABLE t (a int)',
        'SAVEPOINT s',
        'ALTER TABLE t ADD b int',
        'ROLLBACK TO s',
        'TABLE t',
      ],
      ['a'],
    ],
  ])('%j', (texts, expected) => {
    const analysis = run(texts)
    expect(analysis.facts.opaque).toEqual([])
    expect(columnsOf(analysis)).toEqual(expected)
  })

  it.each([
    [['CREATE TABLE t (id int)', 'INSERT INTO t VALUES (1)'], 'insert table:public.t'],
    [['CREATE TEMP TABLE t (id int)', 'INSERT INTO t VALUES (1)'], 'insert table:pg_temp.t'],
  ])('%j acts on it', (texts, expected) => {
    const { facts } = run(texts)
    expect(facts.opaque).toEqual([])
    expect(facts.actions.map(({ action, resource }) => `${action} ${resource}`)).toContain(expected)
  })

  it.each([
    [['BEGIN', 'CREATE TABLE t (id int)', 'ROLLBACK', 'TABLE t']],
    [['CREATE TABLE t OF pair', 'TABLE t']],
    [['CREATE TABLE t (id int)', 'ALTER SCHEMA public RENAME TO other', 'TABLE t']],
    [['CREATE TABLE t (id int)', 'DO $$ BEGIN END $$', 'TABLE t']],
    [['CREATE TABLE t (id int DEFAULT made_up())', 'TABLE t']],
  ])('%j is not known', (texts) => {
    expect(run(texts).unknown).toContain('t')
  })
})

describe('what may have failed', () => {
  it('leaves the meaning that a name had', () => {
    const { facts } = session('CREATE TEMP TABLE orders (x int)', 'SELECT note FROM orders')
    expect(facts.opaque).toEqual([])
    expect(facts.actions.map(({ resource }) => resource)).toEqual([
      'table:pg_temp.orders',
      'table:public.orders',
    ])
  })

  it('lets a name mean what comes later on the path', () => {
    const { facts } = session('DROP TABLE orders', 'SELECT id FROM orders')
    expect(facts.actions.map(({ resource }) => resource)).toEqual([
      'table:later.orders',
      'table:public.orders',
    ])
  })
})

describe('masks', () => {
  const plan = (decision: MaskingDecision) =>
    decision.kind === 'plan' ? decision.plan.columns.map(({ index: at }) => at) : decision.kind

  it.each([
    [
      'the new name of a masked column',
      'ALTER TABLE customers RENAME ssn TO x',
      'SELECT x FROM customers',
    ],
    ['a masked table under another name', 'ALTER TABLE customers RENAME TO c', 'SELECT 1'],
    ['a copy', 'CREATE TEMP TABLE c AS TABLE customers', 'SELECT ssn FROM c'],
    ['a view', 'CREATE TEMP VIEW c AS TABLE customers', 'SELECT ssn FROM c'],
  ])('%s is refused in one text', (_what, ...texts) => {
    expect(masked(texts.join('; ')).kind).toBe('refuse')
  })

  it.each([
    [
      'a table named as a masked one',
      ['CREATE TEMP TABLE customers (ssn text)', 'SELECT upper(ssn) FROM customers'],
    ],
    [
      'a temporary table of that name that was not made',
      ['CREATE TEMP TABLE customers (a int)', 'SELECT upper(ssn) FROM customers'],
    ],
    [
      'a child of a masked table',
      ['CREATE TABLE c () INHERITS (customers)', 'SELECT upper(ssn) FROM c'],
    ],
    [
      'a table that got a masked child',
      ['ALTER TABLE customers INHERIT archive', 'SELECT upper(ssn) FROM archive'],
    ],
    [
      'a partition that is masked',
      ['ALTER TABLE archive ATTACH PARTITION customers DEFAULT', 'SELECT upper(ssn) FROM archive'],
    ],
    [
      'a column that came in the place of a masked one',
      [
        'ALTER TABLE customers DROP ssn',
        'ALTER TABLE customers ADD ssn text',
        'SELECT upper(ssn) FROM customers',
      ],
    ],
  ])('cover %s', (_what, texts) => {
    expect(plan(masked(...texts))).toEqual([0])
    const all = masked(texts.join('; '))
    expect(all.kind === 'plan' && all.plan.columns.map(({ method }) => method.kind)).toEqual([
      'redact',
    ])
  })

  it('cover a child that comes and goes within one text', () => {
    const text = `BEGIN; ALTER TABLE customers INHERIT archive; SELECT upper(ssn) FROM archive; ROLLBACK;
      ALTER TABLE customers ADD COLUMN z int`
    expect(plan(masked(text))).toEqual([0])
  })

  it('of a table that was just made go by position: the target has not said its number', () => {
    const decision = masked('CREATE TABLE customers_new (id int)', 'SELECT id FROM customers_new')
    expect(decision).toMatchObject({ kind: 'plan', plan: { columns: [] } })
    const { plan: made } = decision as Extract<MaskingDecision, { kind: 'plan' }>
    expect(made.tables).toBeUndefined()
    const origins = made.origins.map(({ table: id }) => id)
    expect(origins.filter((id) => id !== pgAttribute)).toEqual([1])
  })
})
