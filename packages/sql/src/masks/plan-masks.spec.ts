import type { MaskingPlan } from '@wardgate/masking'
import type { SelectedMask } from '@wardgate/policy'
import { analyze } from '../analyze'
import type { MaskingDecision, StatementInput } from '../analysis'
import type { Catalog } from '../catalog'
import { indexCatalog } from '../names/catalog-index'
import { loadParser } from '../parser'
import { readJson, referenceMasks, seedIndex, statement } from '../testing/reference'
import { planMasks } from './plan-masks'

beforeAll(loadParser)

function decide(
  sql: string,
  masks = referenceMasks,
  extra: Partial<StatementInput> = {},
): MaskingDecision {
  return planMasks(analyze(statement(sql, extra), seedIndex), { masks }, seedIndex)
}

function plan(sql: string, extra: Partial<StatementInput> = {}): MaskingPlan {
  const decision = decide(sql, referenceMasks, extra)
  if (decision.kind !== 'plan') throw new Error(decision.message)
  return decision.plan
}

function methods(sql: string): string[] {
  return plan(sql).columns.map(({ index, method }) => `${index} ${method.kind}`)
}

function oid(name: string): number {
  return seedIndex.relationsByName.get(name)?.[0]?.id ?? 0
}

describe('masking plans', () => {
  it.each<[string, string[]]>([
    ['select * from customers', ['3 partial']],
    ['select ssn, upper(ssn), ssn::text from customers', ['0 partial', '1 redact', '2 redact']],
    ['select (select ssn from customers limit 1)', ['0 partial']],
    ['select tax_no, id from v_cust', ['0 partial']],
    ['select * from mv_cust', ['1 partial']],
    ['select o.*, c.* from orders o, customers c', ['7 partial']],
    ['select * from customers c join orders o using (id)', ['3 partial']],
    ['select id, name from customers', []],
    ['update customers set name = name returning *', ['3 partial']],
    ['select ssn from customers union all select ssn from customers', ['0 partial']],
    ['select ssn from customers union all select name from customers', ['0 redact']],
  ])('%s masks %j', (sql, expected) => {
    expect(methods(sql)).toEqual(expected)
  })

  it('names every masked column for the target when it cannot tell what is read', () => {
    const origins = plan('do $$ begin end $$').origins.map(
      ({ table, attribute }) => `${table}.${attribute}`,
    )
    expect(new Set(origins)).toEqual(
      new Set([
        `${oid('customers')}.4`,
        `${oid('v_cust')}.2`,
        `${oid('mv_cust')}.2`,
        `${oid('logs')}.2`,
        `${oid('logs_2024')}.2`,
        // What pg_attribute keeps of columns: attmissingval, by version.
        '1249.25',
        '1249.26',
      ]),
    )
  })

  it('gives a width only while every result has the same', () => {
    expect(plan('select id, ssn from customers').width).toBe(2)
    expect(plan('select id, ssn from customers; select 1, 2').width).toBe(2)
    const mixed = plan('select 1; select id, ssn from customers')
    expect(mixed.width).toBeUndefined()
    expect(mixed.columns).toEqual([])
    expect(mixed.unknownOrigin?.method.kind).toBe('redact')
  })

  it('redacts what it cannot follow', () => {
    expect(plan('select * from pg_class, customers').unknownOrigin?.method.kind).toBe('redact')
    expect(plan('select f.* from unknown_function(1) f').unknownOrigin?.method.kind).toBe('redact')
    expect(plan('select * from pg_class').unknownOrigin).toBeUndefined()
  })

  it('masks what a cursor or a prepared statement returns', () => {
    const prepared = [
      { name: 'p', text: 'prepare p as select id, ssn from customers' },
      { name: 'c', text: 'declare c cursor for select ssn from customers' },
    ]
    expect(plan('execute p', { prepared }).columns.map(({ index }) => index)).toEqual([1])
    expect(plan('fetch 5 from c', { prepared }).columns.map(({ index }) => index)).toEqual([0])
  })

  it('names the column and the rule when a masked column decides something', () => {
    const decision = decide("select id from customers where ssn = 'x'")
    expect(decision).toMatchObject({ kind: 'inference', rule: 'reference/pii' })
    expect(decision.kind === 'inference' && decision.message).toMatch(
      /public\.customers\.ssn .* reference\/pii .* in a condition/,
    )
  })

  it.each([
    ['insert into orders(note) select ssn from customers'],
    ['create table z as select ssn from customers'],
    ['alter table customers add column g text generated always as (ssn) stored'],
    ["alter table customers add check (ssn <> 'x')"],
    ["create index on customers ((ssn = 'x'))"],
    ['alter table customers rename column ssn to zzz'],
    ['alter table customers rename to other'],
    ['alter table customers set schema other'],
    ['alter table v_cust rename column tax_no to z'],
  ])('refuses to let a value or its mask go: %s', (sql) => {
    expect(decide(sql).kind).toBe('refuse')
  })

  it.each([
    ['alter table customers rename column name to full_name'],
    ['alter table customers add column z int default 1'],
    ["alter table customers add check (name <> 'x')"],
    ['create index on customers (name)'],
    ['create table k (like customers)'],
    ['alter table orders rename to other'],
  ])('leaves other definitions to the rules: %s', (sql) => {
    expect(decide(sql).kind).toBe('plan')
  })

  it.each([
    ['customers.ssn', true],
    ['public.customers.ssn', true],
    ['PUBLIC.Customers.SSN', true],
    ['*.ssn', true],
    ['ssn', true],
    ['cust*.s?n', true],
    ['other.customers.ssn', false],
    ['orders.ssn', false],
    ['customers.ss', false],
  ])('selector %s', (selector, matches) => {
    const [mask] = referenceMasks
    const masks = mask === undefined ? [] : [{ ...mask, columns: [selector] }]
    const decision = decide('select ssn from customers', masks)
    expect(decision.kind === 'plan' && decision.plan.columns.length > 0).toBe(matches)
  })

  it('takes of several masks on a column the one that shows less, whatever they are called', () => {
    const [mask] = referenceMasks
    if (mask === undefined) throw new Error('no mask')
    const named = (rule: string, method: SelectedMask['method']) => ({
      ...mask,
      reference: { policy: 'reference', rule },
      method,
    })
    const redact = { kind: 'redact' } as const
    for (const masks of [
      [named('a', mask.method), named('b', redact)],
      [named('a', redact), named('b', mask.method)],
    ]) {
      const decision = decide('select ssn, * from customers', masks)
      const columns = decision.kind === 'plan' ? decision.plan.columns : []
      expect(columns.map(({ method }) => method)).toEqual([redact, redact])
    }
  })

  it('masks places within the JSON of a column, and whole what is computed from it', () => {
    const [mask] = referenceMasks
    const parts = [{ path: '$.ssn', method: { kind: 'redact' } as const }]
    const within = { kind: 'within', parts } as const
    const masks = mask && [{ ...mask, columns: ['customers.meta'], columnMethod: within }]
    const decision = decide("select meta, meta->>'name' from customers", masks)
    expect(decision.kind === 'plan' && decision.plan.columns).toEqual([
      { index: 0, rule: 'reference/pii', method: within, type: 3802 },
      { index: 1, rule: 'reference/pii', method: { kind: 'redact' }, hidesNull: true },
    ])
  })

  it('hands detectors on and plans nothing else without column masks', () => {
    const masks = [
      {
        reference: { policy: 'p', rule: 'd' },
        columns: [],
        detectors: ['email'],
        method: { kind: 'redact' as const },
      },
    ]
    expect(decide("select * from customers where ssn = 'x'", masks)).toEqual({
      kind: 'plan',
      plan: {
        columns: [],
        origins: [],
        tables: [oid('customers')],
        detectors: [{ detector: 'email', rule: 'p/d', method: { kind: 'redact' } }],
      },
    })
  })

  it('names the tables that rows can come from, and the masked columns of those', () => {
    const { tables = [], origins } = plan(
      'select o.id, v.tax_no from orders o join v_cust v using (id)',
    )
    expect(tables).toEqual(['orders', 'v_cust'].map(oid))
    expect(new Set(origins.map(({ table }) => table))).toEqual(new Set([oid('v_cust')]))
    expect(plan('select 1')).toMatchObject({ tables: [], origins: [] })
    expect(plan('insert into orders(id) values (1) returning *').tables).toContain(oid('orders'))
  })

  it('takes a view whose query was gone when it was read for one that shows anything', () => {
    const relations = seedIndex.catalog.relations.map((relation) =>
      relation.name === 'v_cust' ? { ...relation, definition: '' } : relation,
    )
    const index = indexCatalog({ ...seedIndex.catalog, relations })
    const { facts, statements } = analyze(statement('select tax_no from v_cust'), index)
    expect(facts.opaque).toEqual(['definition of view public.v_cust cannot be read'])
    expect(statements[0]?.tainted).toBe(true)
  })

  it('runs triggers behind views and partitions into the facts', () => {
    const catalog = readJson<Catalog>('seed-catalog.json')
    const trg = catalog.routines.find(({ name }) => name === 'trg')!.id
    const relations = catalog.relations.map((relation) =>
      relation.name === 'logs_2024' || relation.name === 'orders'
        ? { ...relation, calls: [{ cause: 'trigger' as const, routines: [trg] }] }
        : relation,
    )
    const index = indexCatalog({ ...catalog, relations })
    for (const sql of ['insert into logs values (1)', 'insert into v_orders(id) values (1)']) {
      const { facts } = analyze(statement(sql), index)
      expect(facts.opaque.join()).toContain('trigger function public.trg')
    }
  })
})

describe('aggregates over large groups', () => {
  function grouped(sql: string, minimumGroupSize: number | undefined = 5): string {
    const obligations = {
      masks: referenceMasks,
      ...(minimumGroupSize !== 0 && { minimumGroupSize }),
    }
    const decision = planMasks(analyze(statement(sql), seedIndex), obligations, seedIndex)
    if (decision.kind !== 'plan') return decision.kind
    return decision.plan.columns.map(({ index }) => index).join() || 'shown'
  }

  it.each([
    'select count(ssn) from customers having count(ssn) >= 5',
    'select name, count(ssn) from customers group by name having count(ssn) >= 5',
    'select c.name, count(c.ssn) from customers c group by 1 having count(c.ssn) > 4 order by 2 desc',
    "select name, count(ssn) n from customers where id > 3 group by name having count(ssn) >= 10 and name <> 'x' limit 3",
    'select count(secret) from public.logs having pg_catalog.count(secret) >= 5',
  ])('shows %s', (sql) => {
    expect(grouped(sql)).toBe('shown')
  })

  it.each([
    'select count(ssn) from customers',
    'select count(ssn) from customers having count(ssn) >= 4',
    'select count(ssn) from customers having count(*) >= 5',
    'select count(ssn) from customers having count(ssn) >= 5 or true',
    'select count(ssn) from customers having count(ssn) <= 5',
    'select count(ssn) from customers having count(name) >= 5',
    'select count(ssn) from customers having count(ssn) >= 5 + 0',
    'select count(ssn) from customers, generate_series(1, 5) having count(ssn) >= 5',
    'select count(ssn) from v_cust v join customers using (id) having count(ssn) >= 5',
    'select count(tax_no) from v_cust having count(tax_no) >= 5',
    'with customers as (select ssn from customers, orders) select count(ssn) from customers having count(ssn) >= 5',
    'select count(ssn) from customers tablesample system (50) having count(ssn) >= 5',
    'select count(ssn) from customers where id in (select 1) having count(ssn) >= 5',
  ])('tells how to ask instead of %s', (sql) => {
    expect(grouped(sql)).toBe('refuse')
  })

  it.each([
    ['select min(ssn) from customers having count(ssn) >= 5', '0'],
    ['select count(ssn) filter (where id = 1) from customers having count(ssn) >= 5', '0'],
    ['select count(distinct ssn) from customers having count(ssn) >= 5', '0'],
    ['select array_agg(ssn) from customers having count(ssn) >= 5', '0'],
    ['select count(ssn) + 1 from customers having count(ssn) >= 5', 'inference'],
    ['select count(case when id = 1 then ssn end) from customers having count(ssn) >= 5', '0'],
    ['select count(ssn) over () from customers', '0'],
    ['select ssn, count(ssn) from customers group by ssn having count(ssn) >= 5', '0'],
    ['select n from (select count(ssn) n from customers having count(ssn) >= 5) x', 'inference'],
    ["select count(ssn) from customers having count(ssn) >= 5 and min(ssn) > 'x'", 'inference'],
    ["select count(ssn) from customers where ssn > 'x' having count(ssn) >= 5", 'inference'],
    ['explain analyze select count(ssn) from customers having count(ssn) >= 5', 'inference'],
    ['select 1 from customers group by name having count(ssn) >= 4', 'inference'],
  ])('shows no single value: %s gives %s', (sql, expected) => {
    expect(grouped(sql)).toBe(expected)
  })

  it('masks them while no size is named', () => {
    expect(grouped('select count(ssn) from customers', 0)).toBe('0')
    expect(grouped('select count(ssn) from customers having count(ssn) >= 5', 0)).toBe('inference')
  })

  it('says what to write', () => {
    const input = statement('select avg(length(ssn)), count(ssn) from customers')
    const obligations = { masks: referenceMasks, minimumGroupSize: 5 }
    const decision = planMasks(analyze(input, seedIndex), obligations, seedIndex)
    expect(decision).toMatchObject({ kind: 'refuse', rule: 'reference/pii' })
    expect(decision.kind === 'refuse' && decision.message).toContain('add HAVING count(ssn) >= 5')
  })

  it('remembers no verdict on them for another number', () => {
    const input = statement('select count(ssn) from customers having count(ssn) >= 5')
    expect(analyze(input, seedIndex).facts.literalsMatter).toBe(true)
  })
})

describe('generated columns', () => {
  const catalog = readJson<Catalog>('seed-catalog.json')

  function masksWith(generated: string): string[] {
    const relations = catalog.relations.map((relation) =>
      relation.name === 'customers'
        ? {
            ...relation,
            columns: [...relation.columns, { number: 60, name: 'g', typeId: 25, generated }],
          }
        : relation,
    )
    const index = indexCatalog({ ...catalog, relations })
    const input = statement('select g from customers')
    const decision = planMasks(analyze(input, index), { masks: referenceMasks }, index)
    return decision.kind === 'plan' ? decision.plan.columns.map(({ method }) => method.kind) : []
  }

  it('are masked as what they are computed from', () => {
    expect(masksWith('right(ssn, 4)')).toEqual(['redact'])
    expect(masksWith("CASE WHEN (ssn ~~ '9%'::text) THEN 'a'::text ELSE name END")).toEqual([
      'redact',
    ])
    expect(masksWith('upper(name)')).toEqual([])
  })

  it('are masked when nobody can tell what they are computed from', () => {
    expect(masksWith('public.of_the_target(name)')).toEqual(['redact'])
    expect(masksWith('not ( an expression')).toEqual(['redact'])
  })

  it('decide nothing either', () => {
    const relations = catalog.relations.map((relation) =>
      relation.name === 'customers'
        ? {
            ...relation,
            columns: [...relation.columns, { number: 60, name: 'g', typeId: 25, generated: 'ssn' }],
          }
        : relation,
    )
    const index = indexCatalog({ ...catalog, relations })
    const input = statement("select id from customers where g = 'x'")
    expect(planMasks(analyze(input, index), { masks: referenceMasks }, index).kind).toBe(
      'inference',
    )
  })
})

describe('the tables that rows may come from', () => {
  const [customers] = seedIndex.relationsByName.get('customers') ?? []
  const many = Array.from({ length: 6_000 }, (_, at) => at)

  function tablesOf(relations: Catalog['relations'], sql: string, path?: readonly string[]) {
    const index = indexCatalog({ ...seedIndex.catalog, relations })
    const { searchPath: _path, ...input } = statement(sql)
    const known = path === undefined ? input : { ...input, searchPath: path }
    const analysis = analyze(known, index)
    const decision = planMasks(analysis, { masks: referenceMasks }, index)
    const { opaque } = analysis.facts
    return { opaque, tables: decision.kind === 'plan' ? decision.plan.tables : undefined }
  }

  it('are those that the statement names, however many are behind them', () => {
    if (customers === undefined) throw new Error('no customers')
    const parts = many.map((at) => ({
      ...customers,
      id: 100_000 + at,
      name: `part_${at}`,
      parents: [customers.id],
    }))
    const relations = [...seedIndex.catalog.relations, ...parts]
    const named = 'select c.id, v.id from customers c, v_cust v'
    expect(tablesOf(relations, named, ['public'])).toEqual({
      opaque: [],
      tables: [oid('customers'), oid('v_cust')],
    })
  })

  it('are not listed without end: a name that can mean thousands is refused', () => {
    if (customers === undefined) throw new Error('no customers')
    const tenants = many.map((at) => ({ ...customers, id: 100_000 + at, schema: `tenant_${at}` }))
    const { opaque } = tablesOf(tenants, 'select id from customers')
    expect(opaque).toEqual([
      'customers is the name of 6000 tables and the search path is not known; name its schema',
    ])
    expect(tablesOf(tenants, 'select id from tenant_7.customers').tables).toEqual([100_007])
  })
})
