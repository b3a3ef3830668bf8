import { HourOfRows } from './hour-of-rows'
import { RowBudgets } from './row-budgets'

const minute = 60_000
const start = Date.UTC(2026, 10, 27, 11, 59, 30)

test('rows count for an hour and not longer', () => {
  const hour = new HourOfRows()
  for (let row = 0; row < 3; row += 1) expect(hour.take(start, 3)).toBe(true)
  expect(hour.take(start + 59 * minute, 3)).toBe(false)
  expect(hour.take(start + 62 * minute, 3)).toBe(true)
  expect(hour.rowsAt(start + 62 * minute)).toBe(1)
})

test('a row that comes later stays counted when the first is forgotten', () => {
  const hour = new HourOfRows()
  hour.take(start, 2)
  hour.take(start + 30 * minute, 2)
  expect(hour.rowsAt(start + 62 * minute)).toBe(1)
  expect(hour.rowsAt(start + 95 * minute)).toBe(0)
})

test('a clock that is set back forgets nothing', () => {
  const hour = new HourOfRows()
  hour.take(start, 1)
  expect(hour.take(start - 300 * minute, 1)).toBe(false)
})

test('all sessions of a principal on a connection share one count', () => {
  const budgets = new RowBudgets()
  budgets.of('ada', 'shop', start)?.take(start, 5)
  expect(budgets.of('ada', 'shop', start)?.rowsAt(start)).toBe(1)
  expect(budgets.of('ada', 'crm', start)?.rowsAt(start)).toBe(0)
  expect(budgets.of('bob', 'shop', start)?.rowsAt(start)).toBe(0)
})

test('nobody is counted beyond what there is room for, until others have had none for an hour', () => {
  const budgets = new RowBudgets()
  for (let one = 0; one < 10_000; one += 1) budgets.of(`p${one}`, 'shop', start)?.take(start, 9)
  expect(budgets.of('late', 'shop', start)).toBeUndefined()
  expect(budgets.of('late', 'shop', start + 62 * minute)).toBeDefined()
})
