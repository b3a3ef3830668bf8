import { analyze } from '../analyze'
import type { Catalog, ForeignKey, Relation } from '../catalog'
import { loadParser } from '../parser'
import { madeCatalog, madeTable, textColumns } from '../testing/made-catalog'
import { statement } from '../testing/reference'
import { indexCatalog } from './catalog-index'

function table(id: number, name: string, more: Partial<Relation> = {}): Relation {
  return madeTable(id, name, { columns: textColumns(['id', 'owner', 'note']), ...more })
}

/** From `owner` to the `id` of another table. */
function key(referencedId: number, actions: Partial<ForeignKey>): Pick<Relation, 'foreignKeys'> {
  const refuses = { onDelete: 'refuse', onUpdate: 'refuse', setColumns: [] } as const
  return {
    foreignKeys: [{ columns: [2], referencedId, referencedColumns: [1], ...refuses, ...actions }],
  }
}

const leaf = { kind: 'table', parents: [20] } as const
const relations = [
  table(1, 'owners'),
  table(2, 'items', key(1, { onDelete: 'cascade', onUpdate: 'cascade' })),
  table(3, 'parts', { ...key(2, { onDelete: 'set-null' }), estimatedRows: 5_000_000 }),
  table(4, 'v_owners', {
    kind: 'view',
    columns: textColumns(['number', 'id']),
    definition: 'SELECT id AS number, note AS id FROM public.owners',
  }),
  table(5, 'refused', key(10, {})),
  table(6, 'nodes', key(6, { onDelete: 'cascade' })),
  table(7, 'traced', {
    ...key(8, { onDelete: 'cascade' }),
    calls: [{ cause: 'trigger', routines: [100] }],
  }),
  table(8, 'traced_owners'),
  table(9, 'ruled', {
    ...key(10, { onDelete: 'cascade' }),
    rules: [
      'CREATE RULE r AS ON DELETE TO public.ruled DO INSERT INTO public.log (id) VALUES (old.id);',
    ],
  }),
  table(10, 'ruled_owners'),
  table(11, 'log'),
  table(12, 'above', { kind: 'partitioned-table' }),
  table(13, 'part', { parents: [12] }),
  table(14, 'of_above', key(12, { onDelete: 'cascade' })),
  table(15, 'of_part', key(13, { onDelete: 'set-default' })),
  table(20, 'divided', {
    kind: 'partitioned-table',
    ...key(14, { onDelete: 'cascade', onUpdate: 'set-null' }),
  }),
  table(21, 'divided_one', leaf),
  table(30, 'guarded', {
    ...key(31, { onDelete: 'cascade' }),
    hasRowSecurity: true,
    calls: [{ cause: 'policy', routines: [100] }],
  }),
  table(31, 'guarded_owners'),
  table(32, 'changing', { calls: [{ cause: 'trigger', routines: [100] }] }),
  table(33, 'of_changing', key(32, { onUpdate: 'cascade' })),
  table(34, 'some_columns', {
    ...key(35, { onDelete: 'set-null', setColumns: [3] }),
  }),
  table(35, 'some_owners'),
  table(36, 'of_owner', {
    foreignKeys: [
      {
        columns: [2],
        referencedId: 34,
        referencedColumns: [2],
        onDelete: 'refuse',
        onUpdate: 'cascade',
        setColumns: [],
      },
    ],
  }),
]

const catalog = madeCatalog({
  relations,
  routines: [
    {
      id: 101,
      schema: 'public',
      name: 'purge',
      kind: 'function',
      volatility: 'volatile',
      language: 'sql',
      securityDefiner: false,
      returnsSet: false,
      body: 'DELETE FROM public.owners',
      argumentCount: 0,
      builtIn: false,
    },
  ],
})

function factsOf(text: string, of: Catalog = catalog) {
  return analyze(statement(text), indexCatalog(of)).facts
}

function changesOf(text: string, of: Catalog = catalog): string[] {
  return factsOf(text, of)
    .actions.filter(({ action }) => action !== 'read')
    .map(({ action, resource }) => `${action} ${resource.replace('table:public.', '')}`)
    .sort()
}

const cascaded = ['delete items', 'delete owners', 'update parts']

beforeAll(loadParser)

describe('foreign keys', () => {
  it.each([
    ['DELETE FROM owners', cascaded],
    ['DELETE FROM ONLY owners', cascaded],
    ['DELETE FROM v_owners', [...cascaded, 'delete v_owners']],
    ['WITH d AS (DELETE FROM owners RETURNING id) SELECT id FROM d', cascaded],
    ['MERGE INTO owners o USING log ON o.id = log.id WHEN MATCHED THEN DELETE', cascaded],
    ['SELECT purge()', [...cascaded, 'execute function:public.purge']],
    ['DELETE FROM items', ['delete items', 'update parts']],
    ['DELETE FROM nodes', ['delete nodes']],
    ['UPDATE owners SET id = 1', ['update items', 'update owners']],
    ['UPDATE owners SET (note, id) = (1, 2)', ['update items', 'update owners']],
    ["UPDATE owners SET note = 'x'", ['update owners']],
    ['UPDATE v_owners SET number = 1', ['update items', 'update owners', 'update v_owners']],
    ["UPDATE v_owners SET id = 'x'", ['update owners', 'update v_owners']],
    [
      'INSERT INTO owners VALUES (1) ON CONFLICT (id) DO UPDATE SET id = 2',
      ['insert owners', 'update items', 'update owners'],
    ],
    ['INSERT INTO items VALUES (1, 1)', ['insert items']],
    ['TRUNCATE owners', ['truncate owners']],
    ['TRUNCATE owners CASCADE', ['truncate items', 'truncate owners', 'truncate parts']],
    ['DROP TABLE some_owners', ['drop some_owners']],
    ['DELETE FROM some_owners', ['delete some_owners', 'update some_columns']],
  ])('change other tables: %s', (text, expected) => {
    expect(changesOf(text)).toEqual([...expected].sort())
    expect(factsOf(text).opaque).toEqual([])
  })

  it.each([
    ['DELETE FROM above', 'above, divided, divided_one, of_above, part', 'of_part'],
    ['DELETE FROM part', 'above, divided, divided_one, of_above, part', 'of_part'],
  ])('to and of partitions count in all of them: %s', (text, deleted, updated) => {
    const names = (action: string): string =>
      changesOf(text)
        .flatMap((change) => (change.startsWith(action) ? change.slice(action.length + 1) : []))
        .join(', ')
    expect(names('delete')).toBe(deleted)
    expect(names('update')).toBe(updated)
  })

  it('are told in the summary, with the size of what they change', () => {
    const { summary, risk } = factsOf('DELETE FROM owners')
    expect(summary).toBe('DELETE on public.owners, public.items, UPDATE on public.parts')
    expect(risk.factors.map(({ name }) => name)).toContain('large-table')
  })

  it('are taken away by DROP CASCADE', () => {
    expect(changesOf('DROP TABLE owners CASCADE')).toEqual([
      'alter items',
      'drop object:*',
      'drop owners',
    ])
  })

  it('run triggers and rewrite rules of the table that refers, and none of its row policies', () => {
    expect(factsOf('DELETE FROM traced_owners').opaque).toEqual([
      'trigger function *.100 on public.traced runs code that is not analysed',
    ])
    expect(changesOf('DELETE FROM ruled_owners')).toContain('insert log')
    expect(factsOf('DELETE FROM guarded_owners').opaque).toEqual([])
  })

  it('follow any column where a trigger can change the row', () => {
    expect(changesOf("UPDATE changing SET note = 'x'")).toContain('update of_changing')
  })

  it('delete what an UPDATE moves to another partition before PostgreSQL 15', () => {
    const before = { ...catalog, serverVersion: 140_000 }
    expect(changesOf("UPDATE above SET note = 'x'", before)).toContain('delete of_above')
    expect(changesOf("UPDATE above SET note = 'x'")).not.toContain('delete of_above')
  })

  it('that nobody has read leave TRUNCATE CASCADE without bounds', () => {
    const unread = {
      ...catalog,
      relations: relations.map(({ foreignKeys: _unread, ...relation }) => relation),
    }
    expect(changesOf('TRUNCATE owners CASCADE', unread)).toContain('truncate table:*')
  })

  it('beyond a thousand are refused', () => {
    const many = Array.from({ length: 1_100 }, (_, at) =>
      table(1_000 + at, `t${at}`, at === 0 ? {} : key(999 + at, { onDelete: 'cascade' })),
    )
    expect(factsOf('DELETE FROM t0', { ...catalog, relations: many }).opaque).toEqual([
      'more than 1000 foreign keys follow from the statement',
    ])
  })
})
