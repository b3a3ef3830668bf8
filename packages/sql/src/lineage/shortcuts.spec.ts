import { loadParser } from '../parser'
import { judge, statement } from '../testing/reference'

beforeAll(loadParser)

const from = 'FROM customers WHERE id = 1'

describe('what is evaluated only where something masked has not decided', () => {
  it.each([
    `SELECT coalesce(substring(ssn from '^C'), (1/(id-1))::text) ${from}`,
    `SELECT coalesce(m, (1/(id-1))::text) FROM (SELECT id, substring(ssn from '^C') AS m FROM customers) q`,
    `SELECT coalesce(substring(ssn from '^C'), boom::text) FROM (SELECT ssn, 1/(id-1) AS boom FROM customers) q`,
    `SELECT coalesce(upper(ssn), (SELECT note FROM orders)) ${from}`,
    `SELECT coalesce(upper(ssn), name::int::text) ${from}`,
    `SELECT starts_with(ssn, 'C') AND 1/(id-1) = 1 ${from}`,
    `SELECT NOT starts_with(ssn, 'C') OR random() < 0.5 ${from}`,
    `SELECT (string_to_array(ssn, 'C'))[1/(id-1)] ${from}`,
    `SELECT lag(id, strpos(ssn, 'X'), 1/(id-1)) OVER () ${from}`,
  ])('is refused where it can fail: %s', (sql) => {
    expect(judge(statement(sql)).outcome).toBe('block')
  })

  it.each([
    `SELECT coalesce(ssn, (SELECT note FROM orders LIMIT 1)) ${from}`,
    `SELECT coalesce(upper(ssn), name, 'none') ${from}`,
    `SELECT coalesce(max(ssn), count(*)::text, 'n: ' || name || '.') ${from} GROUP BY name`,
    `SELECT starts_with(ssn, 'C') AND id = 1 AND name <> 'x' ${from}`,
    `SELECT coalesce(upper(ssn), meta ->> 'ssn') ${from}`,
    `SELECT (string_to_array(ssn, '-'))[2] ${from}`,
    `SELECT lag(ssn, 1, name) OVER (ORDER BY id) ${from}`,
  ])('is masked where it cannot: %s', (sql) => {
    expect(judge(statement(sql))).toEqual({ outcome: 'mask', why: [] })
  })
})

describe('a row as the argument of a function', () => {
  it.each(['to_jsonb', 'json_agg', 'concat', 'record_out', 'no_such_function'])(
    'shows more than the column that is called %s',
    (name) => {
      const sql = `SELECT ${name}(q) FROM (SELECT 1 AS ${name}, ssn FROM customers) q`
      expect(judge(statement(sql))).toEqual({ outcome: 'mask', why: [] })
    },
  )
})
