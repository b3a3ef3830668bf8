import type { ActionFact } from '@wardgate/policy'
import { analyze } from '../analyze'
import type { Relation, RelationCall, Routine } from '../catalog'
import { indexCatalog } from '../names/catalog-index'
import { loadParser } from '../parser'
import { madeCatalog, madeTable } from '../testing/made-catalog'
import { statement } from '../testing/reference'

const text = 25
const int4 = 23
const tag = 20_001
const vetted = 20_002
const spun = 20_003
const flavour = 20_004

function routine(id: number, name: string, more: Partial<Routine> = {}): Routine {
  return {
    id,
    schema: 'public',
    name,
    kind: 'function',
    volatility: 'volatile',
    language: 'plpgsql',
    securityDefiner: false,
    returnsSet: false,
    body: '',
    argumentCount: 1,
    builtIn: false,
    ...more,
  }
}

function table(id: number, name: string, calls: readonly RelationCall[], typeId = text): Relation {
  const columns = [
    { number: 1, name: 'id', typeId: int4 },
    { number: 2, name: 'note', typeId },
  ]
  return madeTable(id, name, { columns, hasRowSecurity: true, calls })
}

const writes = 17_001
const pure = 17_002
const extension = 17_003
const nextval = 1_574
const reads = 17_004
const gather = 17_005
const even = 17_006
const spins = 17_007

const catalog = madeCatalog({
  relations: [
    table(1, 'plain', []),
    table(2, 'defaulted', [{ cause: 'default', routines: [nextval, writes] }]),
    table(3, 'serial', [{ cause: 'default', routines: [nextval, extension] }]),
    table(4, 'guarded', [{ cause: 'policy', routines: [writes] }]),
    table(5, 'fenced', [{ cause: 'policy', routines: [pure] }]),
    table(6, 'helped', [{ cause: 'policy', routines: [reads] }]),
    table(7, 'checked', [{ cause: 'check', routines: [99_999] }]),
    table(8, 'tagged', [], tag),
    table(9, 'vettings', [], vetted),
    table(10, 'secrets', []),
    table(12, 'flavoured', [], flavour),
    table(11, 'conditional', [{ cause: 'trigger-condition', routines: [writes] }]),
  ],
  routines: [
    routine(writes, 'writes', { securityDefiner: true }),
    routine(pure, 'pure', {
      language: 'sql',
      volatility: 'stable',
      body: 'SELECT count(*) > 0 FROM public.secrets',
    }),
    routine(extension, 'uuid_generate_v4', { language: 'c', builtIn: true }),
    routine(nextval, 'nextval', { schema: 'pg_catalog', language: 'internal', builtIn: true }),
    routine(reads, 'reads', { volatility: 'stable' }),
    routine(gather, 'gather', { kind: 'aggregate', volatility: 'immutable', calls: [writes] }),
    routine(even, 'sum', { kind: 'aggregate', volatility: 'immutable', calls: [writes] }),
    routine(spins, 'spins', { language: 'sql', body: "SELECT 'x'::text::public.spun" }),
  ],
  types: [
    { id: text, schema: 'pg_catalog', name: 'text', elementId: 0, baseId: 0, relationId: 0 },
    { id: int4, schema: 'pg_catalog', name: 'int4', elementId: 0, baseId: 0, relationId: 0 },
    { id: tag, schema: 'public', name: 'tag', elementId: 0, baseId: 0, relationId: 0 },
    { id: spun, schema: 'public', name: 'spun', elementId: 0, baseId: 0, relationId: 0 },
    { id: flavour, schema: 'public', name: 'flavour', elementId: 0, baseId: 0, relationId: 0 },
    {
      id: vetted,
      schema: 'public',
      name: 'vetted',
      elementId: 0,
      baseId: text,
      relationId: 0,
      checks: [writes],
    },
  ],
  operators: [
    { id: 1, schema: 'public', name: '#', leftId: text, rightId: text, routineId: writes },
    { id: 2, schema: 'public', name: '=', leftId: tag, rightId: tag, routineId: writes },
  ],
  casts: [
    {
      id: 1,
      sourceId: text,
      targetId: tag,
      routineId: writes,
      isImplicit: true,
      inExpressions: false,
    },
    {
      id: 2,
      sourceId: tag,
      targetId: text,
      routineId: reads,
      isImplicit: false,
      inExpressions: false,
    },
    {
      id: 3,
      sourceId: text,
      targetId: spun,
      routineId: spins,
      isImplicit: false,
      inExpressions: false,
    },
  ],
  eventTriggers: [{ id: 1, event: 'ddl_command_end', routineId: writes }],
})
const index = indexCatalog(catalog)

function analysed(sql: string): { opaque: readonly string[]; actions: readonly ActionFact[] } {
  const { facts } = analyze(statement(sql), index)
  return { opaque: facts.opaque, actions: facts.actions }
}

function executed(sql: string): string[] {
  const { actions } = analysed(sql)
  return actions.flatMap(({ action, resource }) => (action === 'execute' ? [resource] : []))
}

beforeAll(loadParser)

it("a type of users is cast by its own casts, and by no other type's", () => {
  expect(executed('SELECT note::text FROM tagged')).toContain('function:public.reads')
  expect(executed('SELECT note::text FROM flavoured')).toEqual([])
})

describe('code that the target runs unseen', () => {
  it.each([
    ['a default', "INSERT INTO defaulted VALUES (1, 'x')"],
    ['a default in UPDATE', 'UPDATE defaulted SET note = DEFAULT'],
    ['a row policy', 'SELECT id FROM guarded'],
    ['a row policy in DELETE', 'DELETE FROM guarded'],
    ['the condition of a trigger', 'DELETE FROM conditional'],
    ['an operator with a built-in name', "SELECT note # 'x' FROM plain"],
    ['an operator over a type of its own', 'SELECT note = note FROM tagged'],
    ['an operator that CASE compares with', "SELECT CASE note WHEN 'x' THEN 1 END FROM tagged"],
    ['an operator that USING compares with', 'SELECT 1 FROM tagged a JOIN tagged b USING (note)'],
    [
      'an operator that IN compares with',
      'SELECT 1 FROM tagged WHERE note IN (SELECT note FROM tagged)',
    ],
    ['a cast', 'SELECT note::tag FROM plain'],
    ['a cast of elements', 'SELECT ARRAY[note]::tag[] FROM plain'],
    ['an assignment cast', 'INSERT INTO tagged SELECT id, note FROM plain'],
    ['the check of a domain', "SELECT 'x'::vetted"],
    ['the check of a domain, as a function', "SELECT vetted('x')"],
    ['the check of a column', "UPDATE vettings SET note = 'x'"],
    ['the check of a parameter', 'PREPARE p(vetted) AS SELECT $1'],
    ['the check of its elements', "PREPARE p(vetted[]) AS SELECT $1; EXECUTE p('{x}')"],
    ['the check behind COALESCE of a row', "SELECT coalesce(t, '(1,x)') FROM vettings t"],
    ['the check behind a union of rows', "SELECT t FROM vettings t UNION ALL SELECT '(1,x)'"],
    ['the check of a filled row', "SELECT json_populate_record(t, '{}') FROM vettings t"],
    ['the check of a row by hstore', "SELECT t #= 'note=>x' FROM vettings t"],
    ['the check of an added element', "SELECT array_append(ARRAY[note], 'x') FROM vettings"],
    ['the check of a joined array', "SELECT ARRAY[note] || '{x}' FROM vettings"],
    ['the check of a default of lag', "SELECT lag(note, 1, 'x') OVER () FROM vettings"],
    ['the steps of an aggregate', 'SELECT gather(note) FROM plain'],
    ['the steps of an aggregate with a built-in name', 'SELECT sum(note) FROM plain'],
    ['an event trigger', 'CREATE TABLE t (id int)'],
    ['an event trigger on SELECT INTO', 'SELECT 1 AS x INTO t'],
  ])('counts as if it was called: %s', (_what, sql) => {
    expect(executed(sql)).toContain('function:public.writes')
    expect(analysed(sql).opaque.join()).toContain('public.writes is volatile')
  })

  it.each([
    ['defaults of sequences and extensions', "INSERT INTO serial VALUES (1, 'x')"],
    ['defaults where rows are only removed', 'DELETE FROM defaulted'],
    ['an operator over other types', 'SELECT id # 1 FROM plain'],
    ['equality of built-in types', "SELECT id FROM plain WHERE id = 1 AND note = 'x'"],
    ['a domain that is only read', 'SELECT note FROM vettings'],
    ['a domain beside a constant', "SELECT coalesce(note, 'x') FROM vettings WHERE note = 'x'"],
    ['rows of the table', 'SELECT t, (t).note, to_jsonb(t) FROM vettings t'],
    ['an explicit cast of another type', 'SELECT id::text FROM plain'],
    ['a cast of what cannot be of that type', 'SELECT lower(note)::text FROM plain'],
    ['text that is stored', 'INSERT INTO plain SELECT 1, lower(note) FROM plain'],
    ['a built-in aggregate', 'SELECT max(note) FROM plain'],
  ])('is not counted where it does not run: %s', (_what, sql) => {
    expect(executed(sql)).toEqual([])
    expect(analysed(sql).opaque).toEqual([])
  })

  it('checks what a client binds, by the type that it says', () => {
    const of = (parameterTypes: readonly number[]) => {
      const input = { phase: 'execute', text: 'SELECT $1', prepared: [], role: 'agent' } as const
      return analyze({ ...input, parameterTypes }, index).facts
    }
    expect(of([text, 0]).opaque).toEqual([])
    expect(of([text, vetted]).actions).toContainEqual({
      action: 'execute',
      resource: 'function:public.writes',
    })
    expect(of([99_999]).opaque).toEqual([
      'a parameter is of type 99999, which the stored catalog does not have',
    ])
  })

  it('checks what EXECUTE gives to a statement that was prepared by protocol', () => {
    const prepared = [{ name: 's', text: 'SELECT $1', parameterTypes: [vetted] }]
    const input = { phase: 'simple', text: "EXECUTE s('x')", prepared, role: 'agent' } as const
    expect(analyze(input, index).facts.opaque.join()).toContain('public.writes is volatile')
  })

  it('takes SQL with the rights of the caller for the text that it is', () => {
    expect(analysed('SELECT id FROM fenced')).toEqual({
      opaque: [],
      actions: [{ action: 'read', resource: 'table:public.fenced' }],
    })
  })

  it('names a function that cannot be looked into, so that a rule can allow it', () => {
    expect(executed('SELECT id FROM helped')).toEqual(['function:public.reads'])
    expect(executed('SELECT note::text FROM tagged')).toEqual(['function:public.reads'])
    expect(executed('SELECT max(note)::text FROM tagged')).toEqual(['function:public.reads'])
  })

  it('refuses what the stored catalog does not hold', () => {
    expect(analysed("INSERT INTO checked VALUES (1, 'x')").opaque).toEqual([
      'a check constraint of public.checked calls function 99999, which cannot be looked into',
    ])
  })

  it('says that errors and notices can hold anything', () => {
    const of = (sql: string) => analyze(statement(sql), index).statements[0]?.runsUnseen
    expect(of('SELECT id FROM helped')).toBe(true)
    expect(of('SELECT id FROM fenced')).toBeUndefined()
  })

  it('tells once that a cast is made by a cast', () => {
    const { opaque } = analysed('SELECT note::spun FROM plain')
    expect(opaque).toEqual(['a cast calls function 17007, which cannot be looked into'])
  })
})
