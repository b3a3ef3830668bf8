import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { analyze } from '../analyze'
import { loadParser } from '../parser'
import { seedIndex, statement } from '../testing/reference'
import { maxRisk, riskFactors, scoreRisk, type RiskFactorName } from './factors'

beforeAll(loadParser)

const [, documented = ''] = readFileSync(
  join(__dirname, '../../../../docs/reference/risk.md'),
  'utf8',
).split(/^# /m)

function factorsOf(sql: string): readonly string[] {
  return analyze(statement(sql), seedIndex).facts.risk.factors.map(({ name }) => name)
}

describe('risk factors', () => {
  it('are documented with their points, each once', () => {
    const rows = documented.split('\n').filter((line) => line.startsWith('| `'))
    const expected = Object.entries(riskFactors).map(
      ([name, { points, explanation }]) => `| \`${name}\` | ${points} | ${explanation} |`,
    )
    expect(rows).toEqual(expected)
  })

  it('add up to a hundred at most', () => {
    const all = Object.keys(riskFactors) as RiskFactorName[]
    expect(scoreRisk(all).score).toBe(maxRisk)
  })

  it.each([
    ['delete from orders', 'delete-without-where'],
    ['update orders set amount = 1', 'update-without-where'],
    ['delete from orders where true', 'always-true-where'],
    ['delete from orders where id = id or random() > -1', 'always-true-where'],
    ["delete from orders where note like '%'", 'always-true-where'],
    ['with d as (delete from orders returning 1) select 1', 'delete-without-where'],
    ['drop table orders', 'destruction'],
    ['truncate orders', 'destruction'],
    ['create table z (a int)', 'schema-change'],
    ['grant all on orders to public', 'privileges'],
    ['checkpoint', 'administration'],
    ['select get_ssn(1)', 'security-definer'],
    ['do $$ begin end $$', 'opaque'],
    ['select 1; select 2', 'multi-statement'],
    ['set a.b = 1', 'session-change'],
    ['select * from orders for update', 'lock'],
    ['copy orders to stdout', 'copy'],
    ['select * from pg_stats', 'system-values'],
  ])('%s is %s', (sql, factor) => {
    expect(factorsOf(sql)).toContain(factor)
  })

  it('finds none in a plain query', () => {
    expect(factorsOf('select id from orders where id = 1')).toEqual([])
  })
})
