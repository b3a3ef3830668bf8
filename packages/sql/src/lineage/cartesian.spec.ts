import { analyze } from '../analyze'
import { loadParser } from '../parser'
import { seedIndex, statement } from '../testing/reference'

beforeAll(loadParser)

it.each([
  ['select * from orders, customers', true],
  ['select * from orders o cross join customers c', true],
  ['select * from orders o join customers c on true', true],
  ['select * from orders o join customers c on o.id = 1', true],
  ['select * from orders a, orders b, customers c where a.id = b.id', true],
  ['select 1 from (select * from orders o, customers c) x', true],
  ['with x as (select 1 from orders o, customers c) select * from x', true],
  ['select * from orders o, customers c where c.id = o.cust', false],
  ['select * from orders o, customers c where c.id > o.cust', false],
  ['select * from orders, customers where customers.id = cust', false],
  ['select * from orders o join customers c using (id)', false],
  ['select * from orders o, generate_series(1, 2) g', false],
  ['select * from orders o, lateral (select 1 from customers c where c.id = o.cust) x', false],
  ['select * from orders', false],
])('%s: cartesian %s', (sql, expected) => {
  expect(analyze(statement(sql), seedIndex).facts.detail['sql.cartesianJoin']).toBe(expected)
})
