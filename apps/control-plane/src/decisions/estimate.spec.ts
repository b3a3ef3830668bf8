import type { Facts } from '@wardgate/policy'
import { withEstimate } from './estimate'

const facts: Facts = {
  kind: 'sql',
  summary: 'DELETE on public.orders',
  actions: [],
  opaque: [],
  risk: { score: 20, factors: [] },
  detail: {},
  literalsMatter: false,
}

it.each([
  [0, 'about 0 rows'],
  [1, 'about 1 row'],
  [1001, 'about 1,001 rows'],
])('tells approvers of %i expected rows', (rows, words) => {
  expect(withEstimate(facts, { rows, cost: 1 }).summary).toBe(`DELETE on public.orders, ${words}`)
})

it('says that the target does not say', () => {
  expect(withEstimate(facts, undefined).summary).toBe(
    'DELETE on public.orders, how many rows the target does not say',
  )
})
