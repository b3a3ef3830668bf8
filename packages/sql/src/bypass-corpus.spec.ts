import { loadParser } from './parser'
import { judge, readJson, statement, type BypassRow, type Outcome } from './testing/reference'

beforeAll(loadParser)

/** What a row's expectation, written for people, permits at the level of analysis and plan. */
function permitted(expected: string): readonly Outcome[] {
  const outcomes = new Set<Outcome>()
  if (/BLOCK/.test(expected)) outcomes.add('block')
  if (/APPROVE|max\(risk\)|approved on its own/.test(expected)) outcomes.add('approve')
  if (/MASK/.test(expected)) outcomes.add('mask')
  if (/ALLOW/.test(expected)) outcomes.add('allow')
  // An error that would show a value may just as well never happen.
  if (/MASK error|any encoding|catalog reads|names compared/.test(expected)) outcomes.add('block')
  if (/^APPROVE/.test(expected)) outcomes.delete('mask')
  if (/^APPROVE.*[+]MASK/.test(expected)) return ['approve-mask']
  return [...outcomes]
}

describe('the bypass corpus under the reference policy', () => {
  it.each(
    readJson<BypassRow[]>('bypass-rows.json').map((row) => [row.id, row.technique, row] as const),
  )('%s %s', (_id, _technique, row) => {
    const { outcome, why } = judge(statement(row.payload))
    expect({
      outcome: permitted(row.expected).includes(outcome) ? 'as expected' : outcome,
      why,
    }).toEqual({
      outcome: 'as expected',
      why,
    })
  })
})
