import { analyze } from './analyze'
import type { StatementInput } from './analysis'
import { loadParser } from './parser'
import { seedIndex, statement } from './testing/reference'

beforeAll(loadParser)

function summary(sql: string, extra: Partial<StatementInput> = {}): string {
  return analyze(statement(sql, extra), seedIndex).facts.summary
}

const upsert = `merge into orders o using customers c on o.id = c.id
  when matched then delete when not matched then insert (id) values (1)`

describe('a summary', () => {
  it.each([
    ['', 'EMPTY'],
    ['select 1', 'SELECT'],
    ['select * from orders join customers using (id)', 'SELECT on public.orders, public.customers'],
    ['delete from orders where id = 1', 'DELETE on public.orders'],
    ['drop table orders cascade', 'DROP on public.orders'],
    ['vacuum orders', 'VACUUM on public.orders'],
    ['create view q as select * from orders', 'CREATE VIEW on public.q, reading public.orders'],
    ['explain delete from orders', 'EXPLAIN on public.orders'],
    ['copy orders to stdout', 'COPY on public.orders'],
    ['begin', 'TRANSACTION'],
    ['set role x', 'SET'],
  ])('says what a statement does: %s', (sql, expected) => {
    expect(summary(sql)).toBe(expected)
  })

  it.each([
    [
      'with w as (delete from orders returning id) select * from customers',
      'DELETE on public.orders (in SELECT), reading public.customers',
    ],
    ['explain analyze delete from orders', 'DELETE on public.orders (in EXPLAIN)'],
    ['prepare p as delete from orders', 'DELETE on public.orders (in PREPARE)'],
    ['select * into z from orders', 'CREATE on public.z (in SELECT), reading public.orders'],
    [upsert, 'DELETE, INSERT on public.orders (in MERGE), reading public.customers'],
    ['select 1; delete from orders', 'DELETE on public.orders (in SELECT)'],
    ['copy orders from stdin', 'INSERT on public.orders (in COPY)'],
    ['select * from orders for update', 'LOCK on public.orders (in SELECT)'],
    [
      'with w as (delete from orders) insert into customers(id) values (1)',
      'DELETE on public.orders, INSERT on public.customers',
    ],
    [
      'select purge_customer(1)',
      'DELETE on public.customers, EXECUTE on public.purge_customer (in SELECT)',
    ],
    ["select pg_read_file('x')", 'ADMIN, EXECUTE on pg_catalog.pg_read_file (in SELECT)'],
  ])('leads with what is held rather than what it stands in: %s', (sql, expected) => {
    expect(summary(sql)).toBe(expected)
  })

  it('leads with what a prepared statement does when it is executed', () => {
    const prepared = [{ name: 'p', text: 'prepare p as delete from orders' }]
    expect(summary('execute p', { prepared })).toBe('DELETE on public.orders (in EXECUTE)')
  })

  it.each([
    [
      "select set_config('hunter2', 'x', false)",
      'SET on setting (in SELECT) calling pg_catalog.set_config',
    ],
    [
      "select pg_notify('hunter2', 'x')",
      'NOTIFY on channel (in SELECT) calling pg_catalog.pg_notify',
    ],
    ["select nextval('hunter2')", 'WRITE on sequence (in SELECT) calling pg_catalog.nextval'],
  ])('never repeats a constant that names what is changed: %s', (sql, expected) => {
    expect(summary(sql)).toBe(expected)
  })

  it.each([
    ['delete from logs', 'DELETE on public.logs'],
    ['delete from logs_2024', 'DELETE on public.logs_2024'],
    [
      'with w as (delete from logs_2024 returning *) delete from logs',
      'DELETE on public.logs_2024, public.logs',
    ],
    ['insert into logs select * from logs_2024', 'INSERT on public.logs, reading public.logs_2024'],
  ])(
    'names what is written, not the partitions and parents that go with it: %s',
    (sql, expected) => {
      expect(summary(sql)).toBe(expected)
    },
  )

  it('names five objects and counts the others', () => {
    expect(summary('drop table s.a, s.b, s.c, s.d, s.e, s.f, s.g')).toBe(
      'DROP on s.a, s.b, s.c, s.d, s.e and 2 more',
    )
  })
})
