import { analyze } from '../analyze'
import { loadParser, parseText } from '../parser'
import { seedIndex, statement } from '../testing/reference'

beforeAll(loadParser)

const times = (count: number, part: (at: number) => string, separator = ', '): string =>
  Array.from({ length: count }, (_, at) => part(at)).join(separator)

function reasonOf(sql: string): string | undefined {
  const parsed = parseText(sql)
  return parsed.kind === 'unreadable' ? parsed.reason : undefined
}

const chain = (count: number): string =>
  `with ${times(count, (at) => `c${at} as (select * from ${at === 0 ? 'orders' : `c${at - 1}`})`)}
   select * from c${count - 1}`

/** Each of them twice the one before: 2^count copies when they are put in the place of their names. */
const doubled = (count: number, how: string): string =>
  `with c0 as ${how} (select id from orders), ${times(
    count,
    (at) => `c${at + 1} as ${how} (select x.id from c${at} x, c${at} y)`,
  )} select * from c${count}`

const ctes = /more than 300 common table expressions/
const ranges = /more than 1000 tables, sub-queries and joins in FROM/
const arms = /more than 1000 arms of UNION/

describe("statements that would hold the target's planner", () => {
  it.each<[string, string, RegExp]>([
    ['10,000 CTEs', chain(10_000), ctes],
    ['301 CTEs', chain(301), ctes],
    [
      'CTEs in sub-selects',
      times(301, () => '(with a as (select 1) select * from a)', ' union all '),
      ctes,
    ],
    ['tables in FROM', `select 1 from ${times(1_001, (at) => `orders o${at}`)}`, ranges],
    ['functions in FROM', `select 1 from ${times(1_001, () => 'now()')}`, ranges],
    ['sub-selects in FROM', `select 1 from ${times(1_001, (at) => `(values (1)) v${at}`)}`, ranges],
    [
      'joins',
      `select 1 from orders${times(501, (at) => ` join orders o${at} on true`, '')}`,
      ranges,
    ],
    [
      'sub-selects in conditions',
      `select 1 where ${times(1_001, () => 'exists (select from orders)', ' and ')}`,
      ranges,
    ],
    ['set operations in pairs', times(501, () => '(select 1 union select 2)', ' union '), arms],
    ['a parameter of any number', 'select $268435455', /parameter numbered above 65535/],
    ['copies of copies of a CTE', doubled(10, 'not materialized'), ranges],
    [
      'copies of names that hide themselves',
      `with a as not materialized (select 1) ${times(
        10,
        () => 'select * from (with a as not materialized (select x.* from a x, a y)',
        ' ',
      )} select * from a, a z${times(10, (at) => `) q${at}`, '')}`,
      ranges,
    ],
    [
      'copies of one among others that is copied once',
      `with recursive c10 as not materialized (select x.id from d9 x, d9 y), ${times(
        10,
        (at) => `d${at} as not materialized (select id from e${at}),
         e${at} as (select x.id from ${at === 0 ? 'orders' : `d${at - 1}`} x,
         ${at === 0 ? 'orders' : `d${at - 1}`} y)`,
      )} select * from c10`,
      ranges,
    ],
  ])('are refused, and told which limit: %s', (_what, sql, reason) => {
    expect(reasonOf(sql)).toMatch(reason)
  })

  it.each([
    ['300 CTEs', chain(300)],
    ['1,000 rows', `insert into orders values ${times(1_000, (at) => `(${at}, $1, 'x')`)}`],
    ['1,000 values', `select * from orders where id in (${times(1_000, (at) => `$${at + 1}`)})`],
    ['65,535 parameters', `values ${times(65_535, (at) => `($${at + 1})`)}`],
    ['999 arms', times(999, (at) => `select ${at}`, ' union all ')],
    [
      '200 joins',
      `select 1 from orders${times(200, (at) => ` left join orders o${at} on true`, '')}`,
    ],
    ['CTEs that are used twice, as written', doubled(50, '')],
    ['CTEs that are kept', doubled(50, 'materialized')],
    ['a few copies', doubled(5, 'not materialized')],
    [
      'a recursive CTE',
      'with recursive n as not materialized (select 1 i union all select i + 1 from n) select * from n',
    ],
  ])('are not mistaken for: %s', (_what, sql) => {
    expect(reasonOf(sql)).toBeUndefined()
  })

  it('are opaque to policies, which refuses them unless a rule names that', () => {
    const { facts } = analyze(statement(chain(301)), seedIndex)
    expect(facts.summary).toBe('UNREADABLE statement')
    expect(facts.opaque).toEqual([
      "statement has more than 300 common table expressions in WITH, which could stall the target's planner",
    ])
  })

  it('are found in time that grows with their length', () => {
    const started = performance.now()
    reasonOf(doubled(9_000, 'not materialized'))
    reasonOf(`select 1 from ${times(60_000, (at) => `t${at}`)}`)
    expect(performance.now() - started).toBeLessThan(5_000)
  })
})
