import type { SelectedMask } from '@wardgate/policy'
import { analyze } from '../analyze'
import { loadParser } from '../parser'
import { referenceMasks, seedIndex, statement } from '../testing/reference'
import { planMasks } from './plan-masks'

beforeAll(loadParser)

/** The masked outputs, `shown` where there are none, or why there is no plan. */
function decided(sql: string, method: SelectedMask['method'] = { kind: 'redact' }): string {
  const analysis = analyze(statement(sql), seedIndex)
  expect(analysis.facts.opaque).toEqual([])
  const masks = referenceMasks.map((mask) => ({ ...mask, method }))
  const decision = planMasks(analysis, { masks }, seedIndex)
  if (decision.kind !== 'plan') return decision.kind
  return decision.plan.columns.map(({ index }) => index).join() || 'shown'
}

const told = [
  'select count(ssn) from customers',
  'select name, count(c.ssn) * 2 from customers c group by name',
  'select count(ssn) over (partition by name) from customers',
  'select ssn is null, ssn is not null from customers',
  'select id, not (ssn is null) and id > 1 as has from customers',
  'select count(*) filter (where ssn is not null) from customers',
  "select case when ssn is null then 'none' else 'some' end from customers",
  'select id from customers where ssn is null',
  "select id from customers where name like 'a%' and ssn is null and id > 2",
  'select id from (select id, ssn as x from customers) q where x is null',
  'select id from v_cust where tax_no is null',
  'select id from customers order by ssn is null, id',
  'select ssn is null, count(*) from customers group by 1',
  'update customers set name = name where ssn is null',
  'delete from customers where ssn is null and id = 1',
]

it.each(told)('tells that a masked column is NULL, as its mask does: %s', (sql) => {
  expect(decided(sql)).toBe('shown')
})

it.each(told)('tells nothing of it where the mask shows NULL for every value: %s', (sql) => {
  expect(decided(sql, { kind: 'null' })).not.toBe('shown')
})

it.each([
  ['select count(distinct ssn) from customers', '0'],
  ["select count(nullif(ssn, 'C1')) from customers", 'inference'],
  ["select count(substring(ssn from '^C')) from customers", '0'],
  ["select substring(ssn from '^C') is null from customers", '0'],
  ["select (ssn || 'x') is null, lag(ssn) over () is null from customers", '0,1'],
  ['select max(ssn) is null from customers', '0'],
  ['select c is null from customers c', '0'],
  ['select count(ssn), ssn from customers group by ssn', '1'],
  ['select count(ssn) + length(max(ssn)) from customers', 'inference'],
])('still hides what is computed from it: %s', (sql, expected) => {
  expect(decided(sql)).toBe(expected)
})

/** The target finds rows that have a value by an index, and gives them in the order of the values. */
it.each([
  'select id from customers where ssn is not null',
  'select id from customers where not (ssn is null)',
  'select id from customers where (ssn is null) = false',
  'select id from customers where ssn is null or ssn is not null',
  'select id from customers where ssn is null and ssn is not null',
  'select id from (select id, ssn is not null as b from customers) q where b',
  'select o.id from orders o join customers c on c.ssn is not null',
  "select id from customers where ssn is null and ssn > 'x'",
  "select id from customers where substring(ssn from '^C') is null",
  'select id from customers c where c is null',
])('leaves it out of conditions that an index answers in order: %s', (sql) => {
  expect(decided(sql)).toBe('inference')
})

it('tells no count of small groups where only large ones are shown', () => {
  const analysis = analyze(statement('select count(ssn) from customers'), seedIndex)
  const obligations = { masks: referenceMasks, minimumGroupSize: 5 }
  expect(planMasks(analysis, obligations, seedIndex).kind).toBe('refuse')
})
