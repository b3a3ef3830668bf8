import { analyze } from '../analyze'
import type { NamedText } from '../analysis'
import type { Relation } from '../catalog'
import { loadParser } from '../parser'
import { madeCatalog, madeTable, textColumns } from '../testing/made-catalog'
import { indexCatalog } from './catalog-index'

beforeAll(loadParser)

function table(id: number, schema: string): Relation {
  return madeTable(id, 'orders', { schema, columns: textColumns(['note']) })
}

const index = indexCatalog(madeCatalog({ relations: [table(1, 'public'), table(2, 'other')] }))

function lastRead(text: string, prepared: readonly NamedText[] = []): readonly number[] {
  const input = { phase: 'simple', text, prepared, searchPath: ['public'], role: 'app' } as const
  return analyze(input, index).statements.at(-1)?.relations ?? []
}

it.each([
  'SET search_path = other',
  `SELECT set_config('search_path', 'other', false)`,
  `SELECT set_config('search' || '_path', 'other', false)`,
  'RESET ALL',
  'DISCARD ALL',
  'ROLLBACK',
  'ROLLBACK TO a',
  'SET ROLE other',
  'SELECT moves_the_path()',
])('takes both tables behind %s in one text', (text) => {
  expect(lastRead(`${text}; SELECT upper(note) FROM orders`)).toEqual([1, 2])
})

it('keeps the path behind statements that leave it alone', () => {
  expect(lastRead('BEGIN; SET work_mem = 1000; SELECT note FROM orders')).toEqual([1])
})

it('reads a cursor in the path that it was declared in, a prepared statement in the present one', () => {
  const declared = { name: 'c', text: 'DECLARE c CURSOR FOR SELECT note FROM orders' }
  const prepared = { name: 'p', text: 'PREPARE p AS SELECT note FROM orders' }
  const searchPath = ['pg_catalog', 'other']
  expect(lastRead('FETCH ALL FROM c', [{ ...declared, searchPath }])).toEqual([2])
  expect(lastRead('FETCH ALL FROM c', [declared])).toEqual([1, 2])
  expect(lastRead('EXECUTE p', [{ ...prepared, searchPath }])).toEqual([1])
})

it('says in which path a cursor is declared', () => {
  const text = 'DECLARE c CURSOR FOR SELECT note FROM orders'
  const input = { phase: 'simple', prepared: [], searchPath: ['other'], role: 'app' } as const
  expect(analyze({ ...input, text }, index).declares).toEqual([
    { name: 'c', text, searchPath: ['pg_catalog', 'other'] },
  ])
  const behind = analyze({ ...input, text: `SET search_path = x; ${text}` }, index)
  expect(behind.declares[0]?.searchPath).toBeUndefined()
})
