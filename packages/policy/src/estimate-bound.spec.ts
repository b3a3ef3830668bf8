import { compilePolicies, evaluate, parsePolicy } from '.'
import { contextOf, factsOf } from './testing/context'

const source = `
name: estimates
rules:
  - { id: read, effect: allow, match: { actions: [read, delete] } }
  - { id: many, effect: deny, match: { actions: [delete], estimatedRows: { above: 1000 } } }
  - { id: dear, effect: deny, match: { actions: [read], estimatedCost: { above: 50000 } } }`

function judge(action: string, estimate: Record<string, number> = {}) {
  const { document, problems } = parsePolicy(source)
  if (document === undefined) throw new Error(JSON.stringify(problems))
  const facts = factsOf([`${action} table:public.orders`], { detail: estimate })
  return evaluate(
    compilePolicies([{ name: 'estimates', version: 1, document }]),
    contextOf({ facts }),
  )
}

test('a bound on the estimate decides', () => {
  expect(judge('delete', { 'sql.estimatedRows': 1000 }).kind).toBe('allow')
  expect(judge('delete', { 'sql.estimatedRows': 1001 }).kind).toBe('deny')
  expect(judge('read', { 'sql.estimatedRows': 1e9, 'sql.estimatedCost': 1 }).kind).toBe('allow')
  expect(judge('read', { 'sql.estimatedCost': 60_000 }).kind).toBe('deny')
})

test('without an estimate it is above any bound', () => {
  expect(judge('delete').kind).toBe('deny')
})

test('a refusal says what is expected, the bound and the rule', () => {
  expect(judge('read', { 'sql.estimatedCost': 60_000.25 }).message).toMatch(
    /by rule estimates\/dear: expected cost of its plan 60,000\.25 above 50,000$/,
  )
  expect(judge('delete').message).toMatch(
    /by rule estimates\/many: expected rows not known, which counts as above 1,000$/,
  )
})

test('the target is asked only where a rule came down to it, and the verdict is not remembered', () => {
  expect(judge('delete', { 'sql.estimatedRows': 1 })).toMatchObject({
    readsEstimate: true,
    memo: 'once',
  })
  expect(judge('notify')).toMatchObject({ readsEstimate: false, memo: 'shape' })
})

test('a rule that allows up to a bound allows nothing whose size nobody knows', () => {
  const { document } = parsePolicy(`
name: small
rules: [{ id: few, effect: allow, match: { actions: [delete], estimatedRows: { atMost: 10 } } }]`)
  if (document === undefined) throw new Error('not valid')
  const set = compilePolicies([{ name: 'small', version: 1, document }])
  const kindOf = (detail: Record<string, number>) =>
    evaluate(set, contextOf({ facts: factsOf(['delete table:public.orders'], { detail }) })).kind
  expect([
    kindOf({}),
    kindOf({ 'sql.estimatedRows': 10 }),
    kindOf({ 'sql.estimatedRows': 11 }),
  ]).toEqual(['deny', 'allow', 'deny'])
})

test('a bound says one thing', () => {
  const { problems } = parsePolicy(source.replace('{ above: 1000 }', '{ above: 1, atMost: 2 }'))
  expect(problems?.[0]?.message).toContain('either above or atMost')
})
