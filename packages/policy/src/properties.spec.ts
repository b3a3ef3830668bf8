import fc from 'fast-check'
import { compilePolicies, evaluate, parsePolicy, type PolicyDocument } from '.'
import { contextOf, factsOf } from './testing/context'

const actions = ['read', 'delete', 'drop', 'set', 'transaction', 'call'] as const
const resources = ['table:public.orders', 'table:public.Secrets', 'setting:timezone', 'table:*']

const factsArbitrary = fc
  .record({
    does: fc.array(
      fc
        .tuple(fc.constantFrom(...actions), fc.constantFrom(...resources))
        .map((pair) => pair.join(' ')),
      { maxLength: 3 },
    ),
    opaque: fc.constantFrom([], [], ['unknown body']),
    score: fc.integer({ min: 0, max: 100 }),
    literalsMatter: fc.boolean(),
  })
  .map(({ does, opaque, score, literalsMatter }) =>
    factsOf(does, { opaque, risk: { score, factors: [] }, literalsMatter }),
  )

const matchArbitrary = fc.record(
  {
    actions: fc.subarray([...actions, '*' as const], { minLength: 1 }),
    resources: fc.subarray(['table:public.*', 'table:*.secrets', '*', 'setting:*'], {
      minLength: 1,
    }),
    risk: fc.record({ atLeast: fc.integer({ min: 0, max: 100 }) }),
    opaque: fc.boolean(),
    principals: fc.record({ groups: fc.subarray(['autogen', 'other'], { minLength: 1 }) }),
  },
  { requiredKeys: [] },
)

const whenArbitrary = fc.constantFrom(
  undefined,
  undefined,
  'true',
  'facts.risk.score > 50',
  "context.time.getHours('UTC') == 12",
  "principal.claims.absent == 'x'",
)

const approvalArbitrary = fc.record({
  approvers: fc.subarray(['group:dba', 'group:lead', 'role:approver'], { minLength: 1 }),
  quorum: fc.integer({ min: 1, max: 3 }),
})

function ruleArbitrary(kinds: readonly string[]) {
  return fc
    .record({
      kind: fc.constantFrom(...kinds),
      match: fc.option(matchArbitrary, { nil: undefined }),
      when: whenArbitrary,
      approval: approvalArbitrary,
      inference: fc.constantFrom(undefined, 'allow', 'deny'),
    })
    .map(({ kind, approval, inference, ...rest }) => ({
      ...rest,
      ...(kind === 'mask'
        ? { mask: { columns: ['a.b'], with: 'redact' }, inference }
        : kind === 'readOnly'
          ? { readOnly: true }
          : { effect: kind }),
      ...(kind === 'require-approval' && { approval }),
    }))
}

const anyRule = ruleArbitrary(['allow', 'allow', 'deny', 'require-approval', 'mask', 'readOnly'])
type Loose = Record<string, unknown>

function documentsOf(
  policies: readonly (readonly Loose[])[],
): { name: string; version: number; document: PolicyDocument }[] {
  return policies
    .filter((rules) => rules.length > 0)
    .map((rules, index) => {
      const name = `p${index}`
      const source = JSON.stringify({
        name,
        rules: rules.map((rule, at) => ({ id: `r${at}`, ...rule })),
      })
      const { document, problems } = parsePolicy(source)
      if (document === undefined) throw new Error(JSON.stringify(problems))
      return { name, version: 1, document }
    })
}

const policiesArbitrary = fc.array(fc.array(anyRule, { maxLength: 4 }), {
  minLength: 1,
  maxLength: 3,
})

function judge(documents: ReturnType<typeof documentsOf>, facts: ReturnType<typeof factsOf>) {
  return evaluate(compilePolicies(documents), contextOf({ facts }))
}

const rank = { allow: 0, 'require-approval': 1, deny: 2 }

function withRule(documents: ReturnType<typeof documentsOf>, rule: Loose) {
  return [
    ...documents,
    ...documentsOf([[rule]]).map((one) => ({
      ...one,
      name: 'added',
      document: { ...one.document, name: 'added' },
    })),
  ]
}

test('adding a deny never loosens a verdict', () => {
  fc.assert(
    fc.property(
      policiesArbitrary,
      ruleArbitrary(['deny']),
      factsArbitrary,
      (policies, rule, facts) => {
        const documents = documentsOf(policies)
        const before = judge(documents, facts)
        const after = judge(withRule(documents, rule), facts)
        expect(rank[after.kind]).toBeGreaterThanOrEqual(rank[before.kind])
      },
    ),
    { numRuns: 400 },
  )
})

test('adding a mask removes no mask and loosens nothing', () => {
  fc.assert(
    fc.property(
      policiesArbitrary,
      ruleArbitrary(['mask']),
      factsArbitrary,
      (policies, rule, facts) => {
        const documents = documentsOf(policies)
        const before = judge(documents, facts)
        const after = judge(withRule(documents, rule), facts)
        for (const mask of before.obligations.masks)
          expect(after.obligations.masks).toContainEqual(mask)
        expect(rank[after.kind]).toBeGreaterThanOrEqual(rank[before.kind])
        const order = ['allow', 'approve', 'deny']
        if (before.obligations.masks.length > 0)
          expect(order.indexOf(after.obligations.inference)).toBeGreaterThanOrEqual(
            order.indexOf(before.obligations.inference),
          )
      },
    ),
    { numRuns: 400 },
  )
})

test('the order of policies and of rules does not matter', () => {
  fc.assert(
    fc.property(policiesArbitrary, factsArbitrary, (policies, facts) => {
      const documents = documentsOf(policies)
      const mirrored = [...documents].reverse().map((one) => ({
        ...one,
        document: { ...one.document, rules: [...one.document.rules].reverse() },
      }))
      const { message: _one, consulted: _two, ...before } = judge(documents, facts)
      const { message: _three, consulted: _four, ...after } = judge(mirrored, facts)
      expect(after).toEqual(before)
    }),
    { numRuns: 400 },
  )
})

test('an allow means that every action was granted, nothing was unreadable and no condition failed', () => {
  fc.assert(
    fc.property(policiesArbitrary, factsArbitrary, (policies, facts) => {
      const documents = documentsOf(policies)
      const verdict = judge(documents, facts)
      if (verdict.kind === 'deny') return
      expect(verdict.consulted.some(({ why }) => why.includes('cannot be evaluated'))).toBe(false)
      if (facts.opaque.length > 0) {
        expect(
          documents.some(({ document }) => document.rules.some(({ match }) => match?.opaque)),
        ).toBe(true)
        return
      }
      for (const action of facts.actions)
        expect(judge(documents, { ...facts, actions: [action] }).kind).not.toBe('deny')
    }),
    { numRuns: 400 },
  )
})
