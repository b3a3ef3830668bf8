import type { SelectedMask } from '@wardgate/policy'
import { analyze } from '../analyze'
import { loadParser } from '../parser'
import { seedIndex, statement } from '../testing/reference'
import { planMasks } from './plan-masks'

beforeAll(loadParser)

const shift: SelectedMask = {
  reference: { policy: 'p', rule: 'dates' },
  columns: ['customers.ssn'],
  detectors: [],
  method: { kind: 'shift', days: 30, by: 'id' },
}

/** Per masked output: `index by key`. */
function keys(sql: string): readonly string[] {
  const decision = planMasks(analyze(statement(sql), seedIndex), { masks: [shift] }, seedIndex)
  if (decision.kind !== 'plan') throw new Error(decision.message)
  return decision.plan.columns.map(({ index, key }) => `${index} by ${key?.index ?? 'value'}`)
}

it.each<[string, string[]]>([
  ['SELECT id, ssn FROM customers', ['1 by 0']],
  ['SELECT ssn, id FROM customers', ['0 by 1']],
  ['SELECT * FROM customers', ['3 by 0']],
  ['SELECT c.ssn AS a, c.id AS b FROM customers c JOIN orders o ON o.id = c.id', ['0 by 1']],
  ['SELECT s.n, s.i FROM (SELECT id AS i, ssn AS n FROM customers) s', ['0 by 1']],
  ['SELECT (c).ssn, (c).id FROM customers c', ['0 by 1']],
])('%s moves dates by the key beside them', (sql, expected) => {
  expect(keys(sql)).toEqual(expected)
})

it.each([
  'SELECT ssn FROM customers',
  'SELECT id + 0 AS id, ssn FROM customers',
  'SELECT 7 AS id, ssn FROM customers',
  // Another row's key, chosen by whoever writes the statement, would move all dates alike.
  'SELECT b.id, a.ssn FROM customers a, customers b WHERE b.id = 7',
  'SELECT b.id, a.ssn FROM customers a JOIN customers b ON true',
  'WITH c AS (SELECT id, ssn FROM customers) SELECT b.id, a.ssn FROM c a, c b',
  'WITH c AS (SELECT x AS r FROM customers x) SELECT (b.r).id, (a.r).ssn FROM c a, c b',
  'SELECT (SELECT id FROM customers WHERE id = 7), ssn FROM customers',
  'SELECT l.id, c.ssn FROM customers c, LATERAL (SELECT id FROM customers WHERE id = 7) l',
  'SELECT id, ssn FROM customers UNION ALL SELECT 7, ssn FROM customers',
  'SELECT s.id, s.ssn FROM (SELECT id, ssn FROM customers UNION ALL SELECT id, ssn FROM customers) s',
  'UPDATE customers SET id = 7 RETURNING id, ssn',
  'SELECT o.id, c.ssn FROM customers c JOIN orders o ON o.id = c.id',
  'SELECT id, ssn FROM customers; SELECT ssn, id FROM customers',
])('%s moves each date by itself', (sql) => {
  expect(keys(sql).every((key) => key.endsWith('by value'))).toBe(true)
})
