import { compilePolicies, parsePolicy, parsePolicyTests, testPolicy } from '.'
import { factsOf } from './testing/context'

const { document } = parsePolicy(`
name: orders
rules:
  - { id: read, effect: allow, match: { actions: [read] } }
  - { id: pan, mask: { columns: ["*.card_number"], with: redact } }
  - { id: no-drop, effect: deny, match: { actions: [drop] }, message: Not here. }
`)
const set = compilePolicies(document ? [{ name: 'orders', version: 1, document }] : [])

function casesOf(source: string) {
  const parsed = parsePolicyTests(source)
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems))
  return parsed.tests.cases
}

const source = `
policies: [orders.yaml]
cases:
  - name: reads are masked
    connection: { name: shop }
    facts: { actions: ["read table:public.orders"] }
    expect: { verdict: allow, masks: [pan] }
  - name: nobody drops
    connection: { name: shop }
    sql: DROP TABLE orders
    expect: { verdict: deny, rule: orders/no-drop, message: Not here }
  - name: wrong on purpose
    connection: { name: shop }
    facts: { actions: ["read table:public.orders"] }
    expect: { verdict: deny, rule: no-drop, masks: [], approvers: ["group:dba"] }
`

test('a case passes when verdict, rule, message and masks are as expected', () => {
  const [reads, drops] = casesOf(source)
  expect(testPolicy(set, reads!).failures).toEqual([])
  expect(testPolicy(set, drops!, factsOf(['drop table:public.orders'])).failures).toEqual([])
})

test('every difference is told', () => {
  expect(testPolicy(set, casesOf(source)[2]!).failures).toEqual([
    expect.stringContaining('expected deny, got allow'),
    'expected rule no-drop, got orders/read',
    'expected the masks [], got [pan]',
    'expected the approvers [group:dba], got []',
  ])
})

test('a case needs either sql or facts, and known actions', () => {
  const parsed = parsePolicyTests(`
policies: [a]
cases:
  - { name: a, connection: { name: x }, expect: { verdict: allow } }
  - { name: b, connection: { name: x }, facts: { actions: [fly] }, expect: { verdict: allow } }
`)
  expect('problems' in parsed && parsed.problems.map(({ path, line }) => [path, line])).toEqual([
    ['cases[0]', 4],
    ['cases[1].facts.actions[0]', 5],
  ])
})
