import { compilePolicies, evaluate, isAlwaysReadOnly, parsePolicy, type PolicyDocument } from '.'
import { contextOf, factsOf, type ContextParts } from './testing/context'

function documentOf(source: string): PolicyDocument {
  const parsed = parsePolicy(source)
  if (parsed.document === undefined) throw new Error(JSON.stringify(parsed.problems))
  return parsed.document
}

function judge(sources: string | readonly string[], parts: ContextParts = {}) {
  const documents = [sources].flat().map((source, version) => {
    const document = documentOf(source)
    return { name: document.name, version, document }
  })
  return evaluate(compilePolicies(documents), contextOf(parts))
}

const orders = `
name: autogen-orders
appliesTo:
  connections: ["orders-*"]
  principals: { groups: [autogen], claims: { model_version: "gpt-*" } }
rules:
  - { id: read, effect: allow, match: { actions: [read] } }
  - { id: no-ddl, effect: deny, match: { actions: [create, alter, drop, truncate, grant] },
      message: "Schema changes go through a migration review." }
  - { id: secrets, effect: deny, match: { resources: ["table:*.secrets"] } }
  - { id: delete, effect: require-approval, match: { actions: [delete] },
      approval: { approvers: ["group:dba"], quorum: 1, expiresIn: 15m, hold: 50s, reason: required } }
  - { id: risky, effect: require-approval, match: { risk: { atLeast: 70 } }, approval: { approvers: ["group:dba"], quorum: 2 } }
  - { id: pan, mask: { columns: ["customers.ssn", "*.card_number"], with: { partial: { keepLast: 4 } } } }
  - { id: pii, mask: { detectors: [credit_card, us_ssn, email, api_key], with: redact } }
  - { id: hours, effect: deny, when: "context.time.getHours('UTC') < 6" }
`
const noon = Date.UTC(2026, 10, 22, 12)

test('reads are allowed, with every mask that applies', () => {
  const verdict = judge(orders)
  expect(verdict.kind).toBe('allow')
  expect(verdict.determinedBy).toEqual([{ policy: 'autogen-orders', rule: 'read' }])
  expect(verdict.obligations.masks.map(({ reference }) => reference.rule)).toEqual(['pan', 'pii'])
  expect(verdict.obligations.masks[0]?.method).toEqual({
    kind: 'partial',
    keepFirst: 0,
    keepLast: 4,
  })
  expect(verdict.obligations.inference).toBe('deny')
})

test('an action that no rule grants is denied though another one of the operation is allowed', () => {
  const facts = factsOf(['read table:public.orders', 'update table:public.orders'])
  const verdict = judge(orders, { facts })
  expect(verdict.kind).toBe('deny')
  expect(verdict.determinedBy).toEqual([{ policy: 'wardgate', rule: 'default-deny' }])
  expect(verdict.message).toContain('no rule allows update on table:public.orders')
})

test('deny wins over approval, and its message is told', () => {
  const facts = factsOf(['delete table:public.orders', 'drop table:public.orders'])
  const verdict = judge(orders, { facts })
  expect(verdict.kind).toBe('deny')
  expect(verdict.message).toContain('Schema changes go through a migration review.')
  expect(verdict.message).toContain('autogen-orders/no-ddl')
})

test('a restriction cannot be dodged by letter case', () => {
  const verdict = judge(orders, { facts: factsOf(['read table:public.SECRETS']) })
  expect(verdict.determinedBy).toEqual([{ policy: 'autogen-orders', rule: 'secrets' }])
})

test('a grant is exact about letter case', () => {
  const source = `
name: exact
rules: [{ id: one, effect: allow, match: { actions: [read], resources: ["table:public.orders"] } }]`
  expect(judge(source).kind).toBe('allow')
  expect(judge(source, { facts: factsOf(['read table:public.Orders']) }).kind).toBe('deny')
})

test('a delete is held on the terms of its rule', () => {
  const verdict = judge(orders, { facts: factsOf(['delete table:public.orders']) })
  expect(verdict.kind).toBe('require-approval')
  expect(verdict.approval).toEqual({
    approvers: ['group:dba'],
    quorum: 1,
    expiresInSeconds: 900,
    holdSeconds: 50,
    reasonRequired: true,
  })
  expect(verdict.memo).toBe('once')
})

test('an approval rule holds a risky operation but an allow for it is still needed for each action', () => {
  const facts = factsOf(['delete table:public.orders'], { risk: { score: 80, factors: [] } })
  expect(judge(orders, { facts }).approval?.quorum).toBe(2)
})

test('nobody who is not selected gets anything', () => {
  const verdict = judge(orders, { principal: { groups: ['other'] } })
  expect(verdict.kind).toBe('deny')
  expect(verdict.consulted).toEqual([
    {
      policy: 'autogen-orders',
      rule: 'appliesTo',
      matched: false,
      why: 'the policy does not apply: the principal is in none of the groups [autogen]',
    },
  ])
  expect(judge(orders, { connection: { name: 'billing' } }).kind).toBe('deny')
  expect(judge(orders, { principal: { claims: {} } }).kind).toBe('deny')
})

test('a time condition denies and makes the verdict hold once', () => {
  expect(judge(orders, { time: Date.UTC(2026, 10, 22, 5, 59) }).kind).toBe('deny')
  expect(judge(orders, { time: noon }).memo).toBe('once')
})

describe('what cannot be known', () => {
  const opaqueFacts = factsOf(['call procedure:public.tidy'], { opaque: ['body of a procedure'] })

  test('is denied though a rule allows its known actions', () => {
    const verdict = judge('{name: a, rules: [{id: all, effect: allow, match: {actions: ["*"]}}]}', {
      facts: opaqueFacts,
    })
    expect(verdict.kind).toBe('deny')
    expect(verdict.determinedBy).toEqual([{ policy: 'wardgate', rule: 'opaque' }])
    expect(verdict.message).toContain('body of a procedure')
  })

  test('is allowed by a rule that names opaque, for the exact text only', () => {
    const verdict = judge(
      '{name: a, rules: [{id: calls, effect: allow, match: {actions: [call], opaque: true}}]}',
      { facts: opaqueFacts },
    )
    expect(verdict.kind).toBe('allow')
    expect(verdict.memo).toBe('exact')
  })

  test('is not allowed by a rule that names opaque for other actions', () => {
    const verdict = judge(
      '{name: a, rules: [{id: all, effect: allow}, {id: reads, effect: allow, match: {actions: [read], opaque: true}}]}',
      { facts: opaqueFacts },
    )
    expect(verdict.kind).toBe('deny')
  })

  test('is still held by a rule that holds everything risky', () => {
    const verdict = judge(
      `{name: a, rules: [{id: all, effect: allow, match: {opaque: true}},
        {id: risky, effect: require-approval, match: {risk: {atLeast: 1}}, approval: {approvers: ["group:dba"]}}]}`,
      { facts: { ...opaqueFacts, risk: { score: 50, factors: [] } } },
    )
    expect(verdict.kind).toBe('require-approval')
  })
})

describe('lists', () => {
  const facts = factsOf(['read table:public.orders'], {
    detail: { 'sql.functions': ['pg_catalog.lower', 'public.leak'] },
  })

  test('are granted only when every element is', () => {
    const rule = (effect: string) =>
      `{name: a, rules: [{id: f, effect: ${effect}, match: {functions: ["pg_catalog.*"]}}]}`
    expect(judge(rule('allow'), { facts }).kind).toBe('deny')
  })

  test('are denied when any element is', () => {
    const source = `{name: a, rules: [{id: all, effect: allow},
      {id: f, effect: deny, match: {functions: ["public.*"]}}]}`
    expect(judge(source, { facts }).determinedBy).toEqual([{ policy: 'a', rule: 'f' }])
  })
})

describe('an evaluation error', () => {
  test.each(['allow', 'deny'])('denies, whatever the effect of the rule was (%s)', (effect) => {
    const verdict = judge([
      '{name: open, rules: [{id: all, effect: allow}]}',
      `{name: broken, rules: [{id: b, effect: ${effect}, when: "principal.claims.absent == 'x'"}]}`,
    ])
    expect(verdict.kind).toBe('deny')
    expect(verdict.determinedBy).toContainEqual({ policy: 'wardgate', rule: 'evaluation-error' })
    expect(verdict.message).toContain('No such key: absent')
  })

  test('in a mask rule denies, because the value might have to be masked', () => {
    const verdict = judge(`{name: a, rules: [{id: all, effect: allow},
      {id: m, when: "facts.detail['nope'] == 'x'", mask: {columns: ["a.b"], with: redact}}]}`)
    expect(verdict.kind).toBe('deny')
  })
})

describe('built in', () => {
  const read = '{name: a, rules: [{id: read, effect: allow, match: {actions: [read]}}]}'

  test.each([
    'transaction transaction:begin',
    'transaction transaction:commit',
    'transaction session:prepared',
    'set setting:application_name',
    'set setting:DateStyle',
    'set setting:statement_timeout',
  ])('%s passes for whoever may do anything', (action) => {
    expect(judge(read, { facts: factsOf([action]) }).kind).toBe('allow')
  })

  test.each([
    'set setting:search_path',
    'set setting:role',
    'set setting:row_security',
    'set setting:*',
    'admin transaction:prepared',
  ])('%s needs a rule', (action) => {
    expect(judge(read, { facts: factsOf([action]) }).kind).toBe('deny')
  })

  test('what touches nothing at the target passes, what has no known action does not', () => {
    const source = `{name: a, rules: [{id: r, effect: allow, match: {resources: ["table:public.*"]}}]}`
    expect(judge(source, { facts: factsOf(['read session:values']) }).kind).toBe('allow')
    expect(judge(source, { facts: factsOf(['read table:pg_catalog.pg_class']) }).kind).toBe('deny')
    expect(judge(read, { facts: factsOf([]) }).kind).toBe('deny')
  })

  test('what a pool sends when a connection comes back passes, a computed setting does not', () => {
    const does = ['listen channel:*', 'lock advisory:*', 'set setting:*']
    const reset = (functions: readonly string[], statements: readonly string[]) =>
      factsOf(does, { detail: { 'sql.statement': statements, 'sql.functions': functions } })
    const unlock = 'pg_catalog.pg_advisory_unlock_all'
    const ordinary = ['select', 'close', 'unlisten', 'set']
    expect(judge(read, { facts: reset([unlock], ordinary) }).kind).toBe('allow')
    expect(judge(read, { facts: reset([unlock, 'pg_catalog.set_config'], ordinary) }).kind).toBe(
      'deny',
    )
    expect(judge(read, { facts: reset([unlock], ['listen']) }).kind).toBe('deny')
    expect(judge(read, { facts: { ...reset([unlock], ordinary), opaque: ['x'] } }).kind).toBe(
      'deny',
    )
  })

  test('a deny rule comes before the built-in rule', () => {
    const source = `{name: a, rules: [{id: read, effect: allow, match: {actions: [read]}},
      {id: no-begin, effect: deny, match: {actions: [transaction]}}]}`
    expect(judge(source, { facts: factsOf(['transaction transaction:begin']) }).kind).toBe('deny')
  })

  test('nothing passes for whoever may do nothing', () => {
    const facts = factsOf(['transaction transaction:begin'])
    expect(judge([], { facts }).kind).toBe('deny')
    expect(judge(orders, { facts, principal: { groups: [] } }).kind).toBe('deny')
  })
})

describe('obligations', () => {
  test('lines are wanted as soon as one rule that matches wants them', () => {
    const source =
      '{name: a, rules: [{id: shells, effect: allow, match: {actions: [shell]}}, {id: lines, match: {actions: [shell]}, lines: true}]}'
    const verdictOf = (action: string) =>
      judge(source, { facts: factsOf([`${action} shell:interactive`]) })
    expect(verdictOf('shell').obligations.lines).toBe(true)
    expect(verdictOf('exec').obligations.lines).toBeUndefined()
  })

  test('readOnly denies what writes, and a way to switch it off', () => {
    const source = '{name: a, rules: [{id: all, effect: allow, readOnly: true}]}'
    expect(judge(source).kind).toBe('allow')
    for (const action of ['delete table:public.orders', 'set setting:transaction_read_only'])
      expect(judge(source, { facts: factsOf([action]) }).determinedBy).toEqual([
        { policy: 'a', rule: 'all' },
      ])
  })

  test('the strictest limit and the fullest recording win', () => {
    const verdict =
      judge(`{name: a, rules: [{id: all, effect: allow, limits: {rows: 100}, recording: off},
      {id: more, limits: {rows: 10}}, {id: rec, recording: statements}]}`)
    expect(verdict.obligations).toMatchObject({ rowLimit: 10, recording: 'statements' })
  })

  test('a policy cannot loosen the inference rule of the masks of another', () => {
    const strict = '{name: strict, rules: [{id: m, mask: {columns: ["a.b"], with: null}}]}'
    const loose =
      '{name: loose, rules: [{id: all, effect: allow}, {id: m, mask: {columns: ["c.d"], with: hash}, inference: allow}]}'
    expect(judge([strict, loose]).obligations.inference).toBe('deny')
    expect(judge(loose).obligations.inference).toBe('allow')
    expect(judge([strict, loose]).obligations.masks.map(({ method }) => method.kind)).toEqual([
      'hash',
      'null',
    ])
  })

  test('a mask leaves out whom its rule exempts', () => {
    const source = `{name: a, rules: [{id: all, effect: allow},
      {id: m, mask: {columns: ["a.b"], with: redact, unless: {groups: [fraud]}}}]}`
    expect(judge(source).obligations.masks).toHaveLength(1)
    expect(judge(source, { principal: { groups: ['fraud'] } }).obligations.masks).toEqual([])
  })

  test('a policy that only looks for values in results says nothing of inference', () => {
    const finding =
      '{name: finding, rules: [{id: all, effect: allow}, {id: e, mask: {detectors: [email], with: redact}}]}'
    const loose =
      '{name: loose, rules: [{id: all, effect: allow}, {id: m, mask: {columns: ["c.d"], with: hash}, inference: allow}]}'
    expect(judge([finding, loose]).obligations.inference).toBe('allow')
    expect(judge(finding).obligations.inference).toBe('deny')
  })

  test('an inference that needs approval brings the terms with an allow', () => {
    const verdict = judge(`{name: a, rules: [{id: all, effect: allow},
      {id: m, mask: {columns: ["a.b"], with: redact}, inference: approve, approval: {approvers: ["group:dba"]}}]}`)
    expect(verdict.kind).toBe('allow')
    expect(verdict.obligations.inference).toBe('approve')
    expect(verdict.approval?.approvers).toEqual(['group:dba'])
  })
})

describe('several approval rules', () => {
  const rule = (id: string, terms: string) =>
    `{id: ${id}, effect: require-approval, approval: {${terms}}}`

  test('combine to one voter group that satisfies all of them', () => {
    const verdict = judge(
      `{name: a, rules: [${rule('x', 'approvers: ["group:dba", "group:lead"], quorum: 2, hold: 10s')},
        ${rule('y', 'approvers: ["group:security", "group:lead"], expiresIn: 5m, reason: required')}]}`,
    )
    expect(verdict.approval).toEqual({
      approvers: ['group:dba & group:security', 'group:lead'],
      quorum: 2,
      expiresInSeconds: 300,
      holdSeconds: 10,
      reasonRequired: true,
    })
  })

  test('that name too many combinations are denied', () => {
    const list = (prefix: string) =>
      Array.from({ length: 20 }, (_, n) => `"group:${prefix}${n}"`).join(',')
    const verdict = judge(
      `{name: a, rules: [${rule('x', `approvers: [${list('a')}]`)}, ${rule('y', `approvers: [${list('b')}]`)}]}`,
    )
    expect(verdict.kind).toBe('deny')
    expect(verdict.determinedBy).toContainEqual({ policy: 'wardgate', rule: 'approvers-limit' })
  })
})

describe('the memo', () => {
  const withRule = (rule: string) =>
    judge(`{name: a, rules: [{id: all, effect: allow}, ${rule}]}`).memo

  test.each([
    ['shape', '{id: x, effect: deny, match: {statements: [drop]}}'],
    ['shape', "{id: x, effect: deny, when: \"facts.detail['sql.statement'] == 'drop'\"}"],
    ['shape', '{id: x, effect: deny, when: "facts.actions.exists(a, a.action == \'drop\')"}'],
    ['exact', '{id: x, effect: deny, when: "facts.summary == \'x\'"}'],
    ['exact', '{id: x, effect: deny, when: "facts.detail.exists(k, k == \'x\')"}'],
    ['exact', '{id: x, effect: deny, match: {detail: {"sql.limit": {atLeast: 5}}}}'],
    ['once', '{id: x, effect: deny, when: "context.time.getHours() > 30"}'],
  ])('is %s for %s', (scope, rule) => {
    expect(withRule(rule)).toBe(scope)
  })

  test('is exact when a literal decided a fact', () => {
    const facts = factsOf(['read table:public.orders'], { literalsMatter: true })
    expect(judge('{name: a, rules: [{id: all, effect: allow}]}', { facts }).memo).toBe('exact')
  })
})

test('a table that is not known counts as the one that a restriction names, and as none that a grant names', () => {
  const facts = factsOf(['read table:*'])
  const source = (effect: string) => `{name: a, rules: [{id: all, effect: allow},
    {id: one, effect: ${effect}, match: {resources: ["table:*.secrets"]}}]}`
  expect(judge(source('deny'), { facts }).determinedBy).toEqual([{ policy: 'a', rule: 'one' }])
  const granted =
    '{name: a, rules: [{id: one, effect: allow, match: {resources: ["table:public.*"]}}]}'
  expect(judge(granted, { facts }).kind).toBe('deny')
})

test('a mask within JSON leaves the rest of the column, and whole values to detectors', () => {
  const source = `
name: profiles
rules:
  - { id: read, effect: allow, match: { actions: [read] } }
  - { id: pan, mask: { columns: [customers.meta], within: ["$.card"], detectors: [email], with: { shift: { days: 9 } } } }`
  const [mask] = judge(source).obligations.masks
  expect(mask?.method).toEqual({ kind: 'shift', days: 9 })
  expect(mask?.columnMethod).toEqual({
    kind: 'within',
    parts: [{ path: '$.card', method: { kind: 'shift', days: 9 } }],
  })
})

test('limits of several rules: the fewest rows, and the largest group for masks of the same policy', () => {
  const source = `
name: limits
rules:
  - { id: read, effect: allow, match: { actions: [read] }, limits: { rows: 100, rowsPerHour: 900 } }
  - { id: few, limits: { rowsPerHour: 500, minimumGroupSize: 5 } }
  - { id: large, limits: { minimumGroupSize: 10 } }
  - { id: pan, mask: { columns: [cards.pan], with: redact } }`
  expect(judge(source).obligations).toMatchObject({
    rowLimit: 100,
    hourlyRowLimit: 500,
    minimumGroupSize: 10,
  })
  const other = `
name: other
rules: [{ id: ssn, mask: { columns: [people.ssn], with: redact } }]`
  expect(judge([source, other]).obligations.minimumGroupSize).toBeUndefined()
})

test('of several limits of time the shortest counts, with the rule that says so', () => {
  const source = `
name: times
rules:
  - { id: read, effect: allow, match: { actions: [read] }, limits: { statementTimeout: 2m } }
  - { id: brief, limits: { statementTimeout: 10s } }
  - { id: shell, match: { actions: [exec] }, limits: { statementTimeout: 1s } }`
  expect(judge(source).obligations.timeLimit).toEqual({
    seconds: 10,
    rule: { policy: 'times', rule: 'brief' },
  })
})

test('nothing that lifts the wall of the target is reading', () => {
  const source = `
name: readers
rules:
  - { id: all, effect: allow, match: { actions: ["*"] } }
  - { id: only, readOnly: true }`
  const kindOf = (action: string) => judge(source, { facts: factsOf([action]) }).kind
  expect(kindOf('transaction transaction:read-only')).toBe('allow')
  expect(kindOf('transaction transaction:begin')).toBe('allow')
  expect(kindOf('transaction transaction:read-write')).toBe('deny')
  expect(kindOf('set setting:default_transaction_read_only')).toBe('deny')
  expect(kindOf('set setting:transaction_read_only')).toBe('deny')
})

test('a session is of nothing but reading when a rule says so of all that its principal does', () => {
  const set = (rule: string) =>
    compilePolicies([{ name: 'a', version: 1, document: documentOf(`name: a\nrules: [${rule}]`) }])
  const { principal, connection } = contextOf()
  const isFor = (rule: string) => isAlwaysReadOnly(set(rule), principal, connection)
  expect(isFor('{ id: r, readOnly: true }')).toBe(true)
  expect(isFor('{ id: r, match: { principals: { groups: [autogen] } }, readOnly: true }')).toBe(
    true,
  )
  expect(isFor('{ id: r, match: { principals: { groups: [dba] } }, readOnly: true }')).toBe(false)
  expect(isFor('{ id: r, match: { resources: ["table:*.x"] }, readOnly: true }')).toBe(false)
  expect(isFor('{ id: r, when: "context.time.getHours() < 6", readOnly: true }')).toBe(false)
})
