import { loadParser } from '../parser'
import { decideMasked } from '../testing/decide-masked'
import { madeCatalog, madeTable, textColumns } from '../testing/made-catalog'
import { indexCatalog } from './catalog-index'

beforeAll(loadParser)

const noType = { schema: 'public', elementId: 0, baseId: 0, relationId: 0 }
const routine = {
  schema: 'public',
  kind: 'function' as const,
  volatility: 'stable' as const,
  securityDefiner: false,
  returnsSet: false,
  body: '',
  argumentCount: 1,
}
const index = indexCatalog(
  madeCatalog({
    relations: [
      madeTable(20_001, 'people', {
        columns: [...textColumns(['id', 'ssn']), { number: 3, name: 'tax', typeId: 30_001 }],
      }),
      madeTable(20_002, 'clean', { columns: textColumns(['note']) }),
    ],
    types: [
      { ...noType, id: 30_001, name: 'code', baseId: 25 },
      { ...noType, id: 30_002, name: 'mood' },
      { ...noType, id: 30_003, name: 'inet', baseId: 25 },
      { ...noType, id: 30_004, name: 'citext' },
    ],
    routines: [
      { ...routine, id: 40_001, name: 'citextin', language: 'internal', builtIn: true },
      { ...routine, id: 40_002, name: 'peek', language: 'plpgsql', builtIn: false },
    ],
  }),
)
const masked = ['people.ssn', 'people.tax']
const decide = (text: string) => decideMasked(text, masked, index)

describe('a masked value that becomes of a type which takes what its author likes', () => {
  it.each([
    'SELECT ssn::code FROM people',
    'SELECT ssn::mood FROM people',
    'SELECT code(ssn) FROM people',
    'SELECT mood(ssn) FROM people',
    'SELECT ssn::public.inet FROM people',
    'SELECT ssn::inet FROM people',
    'SELECT ssn::regclass FROM people',
    'SELECT ssn::text::regtype FROM people',
    `SELECT JSON_OBJECT('k' : ssn RETURNING code) FROM people`,
    `SELECT JSON_ARRAYAGG(ssn RETURNING code) FROM people`,
    `SELECT XMLSERIALIZE(CONTENT xmlelement(name a, ssn) AS code) FROM people`,
  ])('is refused: %s', (text) => {
    expect(decide(text)).toBe('inference')
  })

  it.each([
    'SELECT ssn::citext FROM people',
    'SELECT citext(ssn) FROM people',
    'SELECT ssn::int, ssn::pg_catalog.macaddr FROM people',
    'SELECT tax::code FROM people',
    'SELECT id::code, id::regclass FROM people',
  ])('is no question: %s', (text) => {
    expect(decide(text)).toBe('plan')
  })
})

describe('a function of users that nobody can look into', () => {
  it.each([
    `SELECT 1 FROM clean WHERE peek('1') LIKE '7%'`,
    `SELECT note FROM clean ORDER BY peek(note)`,
    `INSERT INTO clean SELECT peek('1')`,
    `CREATE TABLE copied AS SELECT peek('1')`,
  ])('decides nothing where columns are masked: %s', (text) => {
    expect(decide(text)).toBe('refuse')
  })

  it('is masked where it is shown', () => {
    expect(decide(`SELECT peek('1')`)).toBe('plan')
  })
})
