import { compilePolicies, evaluate, parsePolicy } from '.'
import { bodyPlan } from './body-plan'
import { contextOf, factsOf } from './testing/context'

function obligationsOf(sources: readonly string[], resource = 'path:/v1/users') {
  const versions = sources.map((rules, index) => {
    const { document } = parsePolicy(`name: p${index}\nrules:\n${rules}`)
    if (document === undefined) throw new Error('the policy is not valid')
    return { name: document.name, version: 1, document }
  })
  const facts = factsOf([`read ${resource}`], { kind: 'http' })
  return evaluate(compilePolicies(versions), contextOf({ facts })).obligations
}

const masks =
  '  - { id: pii, mask: { paths: [ssn, "$.a.b"], headers: [x-debug], detectors: [email], with: redact } }\n'

describe('the plan of a body', () => {
  it('has the paths, headers and detectors of every mask, and no columns', () => {
    const columns = '  - { id: c, mask: { columns: ["*.ssn"], with: hash } }\n'
    const mask = { rule: 'p0/pii', method: { kind: 'redact' } }
    expect(bodyPlan(obligationsOf([masks + columns]))).toEqual({
      columns: [],
      origins: [],
      detectors: [{ detector: 'email', ...mask }],
      paths: [
        { path: 'ssn', ...mask },
        { path: '$.a.b', ...mask },
      ],
      headers: [{ name: 'x-debug', ...mask }],
      unreadable: 'refuse',
    })
  })

  it('masks a renamed field under its new name, also one on the way to what is masked', () => {
    const plan = bodyPlan(obligationsOf([masks]), [
      { field: 'SSN', as: 'x' },
      { field: 'a', as: 'y' },
      { field: 'other', as: 'z' },
    ])
    expect(plan.paths?.map(({ path }) => path)).toEqual(['ssn', '$.a.b', 'x', 'y'])
  })

  it.each([
    ['refuse when nobody speaks', [masks], 'refuse'],
    ['pass when the policy says so', [`${masks}  - { id: u, unreadable: pass }\n`], 'pass'],
    [
      'refuse when another rule of the policy does',
      [`${masks}  - { id: u, unreadable: pass }\n  - { id: v, unreadable: refuse }\n`],
      'refuse',
    ],
    [
      'refuse for the masks of another policy',
      [`${masks}  - { id: u, unreadable: pass }\n`, masks],
      'refuse',
    ],
    [
      'refuse where the rule does not match',
      [`${masks}  - { id: u, match: { resources: ["path:/img/*"] }, unreadable: pass }\n`],
      'refuse',
    ],
  ])('what cannot be read: %s', (_what, sources, expected) => {
    expect(bodyPlan(obligationsOf(sources)).unreadable).toBe(expected)
  })
})

describe('a mask by path', () => {
  it.each(['$.', '$.a[b]', '', '.a'])('is refused when "%s" is no path', (path) => {
    const { problems } = parsePolicy(
      `name: p\nrules:\n  - { id: m, mask: { paths: ["${path}"], with: redact } }`,
    )
    expect(problems).toBeDefined()
  })
})
