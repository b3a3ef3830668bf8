import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { parsePolicy, policyJsonSchema } from '.'

function problemsOf(source: string) {
  return parsePolicy(source).problems ?? []
}

test('all problems are told at once, with path and line', () => {
  const problems = problemsOf(`name: Orders
appliesTo: { conections: ["a"] }
rules:
  - id: read
    effect: alow
  - id: read
    effect: require-approval
  - id: cel
    effect: deny
    when: principle.id == "x"
    match:
      resources: ["table:secrets", "public.x"]
`)
  expect(problems).toEqual([
    { path: 'name', line: 1, message: 'must be lower-case letters, digits, - and _' },
    { path: 'appliesTo.conections', line: 2, message: 'is not a known key' },
    expect.objectContaining({ path: 'rules[0].effect', line: 5 }),
    {
      path: 'rules[1].id',
      line: 6,
      message: 'the id "read" is used by an earlier rule',
    },
    expect.objectContaining({ path: 'rules[1].approval', line: 6 }),
    expect.objectContaining({ path: 'rules[2].when', line: 10 }),
    expect.objectContaining({ path: 'rules[2].match.resources[0]', line: 12 }),
    expect.objectContaining({ path: 'rules[2].match.resources[1]', line: 12 }),
  ])
  expect(problems[6]?.message).toContain('write table:public.secrets or table:*.secrets')
})

test('dates move by a column only where the mask names columns, whole', () => {
  const withMask = (mask: string) =>
    problemsOf(
      `name: a\nrules: [{ id: x, mask: { ${mask}, with: { shift: { days: 9, by: id } } } }]`,
    )
  expect(withMask('columns: [t.c]')).toEqual([])
  const refused = [expect.objectContaining({ path: 'rules[0].mask.with.shift.by' })]
  expect(withMask('columns: [t.c], within: [$.a]')).toEqual(refused)
  expect(withMask('paths: [born]')).toEqual(refused)
})

test('an id that is used twice is told at the second', () => {
  const problems = problemsOf(`name: a
rules:
  - { id: x, effect: allow }
  - { id: x, effect: deny }`)
  expect(problems).toEqual([
    { path: 'rules[1].id', line: 4, message: 'the id "x" is used by an earlier rule' },
  ])
})

test.each([
  ["context.time.getHours('UTC') <", 'Unexpected'],
  ['principle.id == "x"', 'principle'],
  ['facts.risk.score', 'must be true or false'],
  ['facts.riskk.score > 1', 'riskk'],
  ['facts.summary.matches("^(a+)+$")', 'matches() is not offered'],
])('the condition %s is refused when it is read', (when, words) => {
  const problems = problemsOf(
    JSON.stringify({ name: 'a', rules: [{ id: 'x', effect: 'deny', when }] }),
  )
  expect(problems).toHaveLength(1)
  expect(problems[0]).toMatchObject({ path: 'rules[0].when', line: 1 })
  expect(problems[0]?.message).toContain(words)
})

test.each([
  [
    'a place within no column',
    { id: 'x', mask: { detectors: ['email'], within: ['ssn'], with: 'redact' } },
    'rules[0].mask.within',
  ],
  ['a rule that does nothing', { id: 'x' }, 'rules[0].effect'],
  ['a message without an effect', { id: 'x', readOnly: true, message: 'm' }, 'rules[0].message'],
  [
    'a detector that there is not',
    { id: 'x', mask: { detectors: ['email', 'creditcard'], with: 'redact' } },
    'rules[0].mask.detectors',
  ],
  ['a mask of nothing', { id: 'x', mask: { with: 'redact' } }, 'rules[0].mask'],
  [
    'an approver without a kind',
    { id: 'x', effect: 'require-approval', approval: { approvers: ['dba'] } },
    'rules[0].approval.approvers[0]',
  ],
  [
    'an approver that smuggles in another',
    { id: 'x', effect: 'require-approval', approval: { approvers: ['group:a & group:b'] } },
    'rules[0].approval.approvers[0]',
  ],
  [
    'a hold that is too long',
    { id: 'x', effect: 'require-approval', approval: { approvers: ['group:a'], hold: '2h' } },
    'rules[0].approval.hold',
  ],
])('%s is refused', (_what, rule, path) => {
  expect(problemsOf(JSON.stringify({ name: 'a', rules: [rule] })).map((one) => one.path)).toEqual([
    path,
  ])
})

test.each([
  ['broken YAML', 'rules: [', 1],
  ['a key given twice', 'name: a\nname: b\nrules: []', 2],
  ['two documents', 'name: a\n---\nname: b', 2],
])('%s is refused with its line', (_what, source, line) => {
  expect(problemsOf(source)[0]?.line).toBe(line)
})

test('a bomb of aliases, an oversize source and the reserved name are refused', () => {
  const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]']
  for (const [at, name] of Array.from('bcdefgh').entries())
    bomb.push(`${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[at]}`).join(',')}]`)
  expect(problemsOf(bomb.join('\n'))).not.toEqual([])
  expect(problemsOf(`name: a #${'x'.repeat(300_000)}`)[0]?.message).toContain('larger than')
  expect(problemsOf('{name: wardgate, rules: [{id: x, effect: allow}]}')[0]?.path).toBe('name')
})

test('mask methods in all their spellings', () => {
  const methods = [
    'redact',
    'null',
    null,
    'hash',
    'tokenize',
    { partial: { keepLast: 4 } },
    { partial: { keepLast: 4, width: 8 } },
  ]
  for (const method of methods) expect(parsePolicy(masksWith(method)).problems).toBeUndefined()
})

function masksWith(method: unknown): string {
  return JSON.stringify({
    name: 'a',
    rules: [{ id: 'x', mask: { columns: ['a.b'], with: method } }],
  })
}

test('the width of a partial mask leaves room for a star', () => {
  const parse = (width: number) => parsePolicy(masksWith({ partial: { keepLast: 4, width } }))
  expect(parse(5).problems).toBeUndefined()
  expect(parse(4).problems?.[0]?.message).toContain('must leave room for a star')
  expect(parse(0).problems).toBeDefined()
  expect(parse(100_000).problems).toBeDefined()
})

test('what was parsed parses again to the same', () => {
  const { document } = parsePolicy(
    '{name: a, rules: [{id: x, effect: require-approval, approval: {approvers: ["group:a"], hold: 50s}}]}',
  )
  expect(parsePolicy(JSON.stringify(document)).document).toEqual(document)
})

test('no input makes it throw', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (source) => {
      const parsed = parsePolicy(source)
      expect(parsed.document !== undefined || parsed.problems.length > 0).toBe(true)
    }),
  )
})

test('the JSON Schema in the reference is the one of the code', () => {
  const kept = readFileSync(join(__dirname, '../../../docs/reference/policy.schema.json'), 'utf8')
  expect(JSON.parse(kept)).toEqual(JSON.parse(JSON.stringify(policyJsonSchema)))
})
