import { namedIn } from './candidates'

const known = [
  { name: 'q', text: 'PREPARE q AS DELETE FROM customers' },
  { name: 'Odd "name"', text: 'PREPARE "Odd ""name""" AS SELECT 1' },
  { name: 'c', text: 'DECLARE c CURSOR FOR SELECT 1' },
]

const names = (text: string) => namedIn(text, known).map(({ name }) => name)

it.each([
  ['EXECUTE Q(1)', ['q']],
  ['execute "Odd ""name"""', ['Odd "name"']],
  ['DELETE FROM t WHERE CURRENT OF c', ['c']],
  ['DELETE FROM t WHERE current/**/of c', ['c']],
  ['EXECUTE U&"\\0071"', ['q', 'Odd "name"', 'c']],
  ['DELETE FROM t WHERE id = 1', []],
  ['SELECT sum(c) OVER (ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t', []],
])('says what the names of %s stand for', (text, expected) => {
  expect(names(text).filter((name) => expected.includes(name))).toEqual(expected)
})
