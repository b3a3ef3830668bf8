import type { ColumnMask } from '@wardgate/masking'
import {
  compilePolicies,
  evaluate,
  type Obligations,
  parsePolicy,
  type PolicyContext,
} from '@wardgate/policy'
import type { MaskingDecision } from '@wardgate/sql'
import type { Reading } from './facts/reading'
import { unmaskingOf } from './unmasking'

const source = `
name: crm
rules:
  - { id: read, effect: allow, match: { actions: [read] } }
  - id: ssn
    mask:
      columns: [customers.ssn]
      with: redact
      unmask: { groups: [support], approval: { approvers: ["group:privacy"] } }
  - { id: pan, mask: { columns: [customers.pan], with: redact } }`

const context: PolicyContext = {
  principal: {
    id: 'p',
    issuer: 'i',
    subject: 's',
    name: 'ada',
    kind: 'person',
    groups: ['support'],
    roles: [],
    claims: {},
    owner: '',
  },
  connection: { name: 'crm', protocol: 'postgres', labels: {}, database: 'crm' },
  facts: {
    kind: 'sql',
    summary: 'SELECT on public.customers',
    actions: [{ action: 'read', resource: 'table:public.customers' }],
    opaque: [],
    risk: { score: 0, factors: [] },
    detail: {},
    literalsMatter: false,
  },
  time: 0,
}

/** A statement that shows columns in this order: `ssn`, `pan`. */
function readingOf(shown: readonly string[]): Reading {
  const masking = ({ masks }: Obligations): MaskingDecision => {
    const columns = shown.flatMap((name, index): ColumnMask[] => {
      const mask = masks.find(({ reference }) => reference.rule === name)
      const rule = `crm/${name}`
      return mask === undefined ? [] : [{ index, rule, method: { kind: 'redact' } }]
    })
    return { kind: 'plan', plan: { columns, origins: [], detectors: [] } }
  }
  return {
    facts: context.facts,
    digested: null,
    database: 'crm',
    repeatable: true,
    runs: true,
    masking,
    remember: () => undefined,
  }
}

function unmask(shown: readonly string[], groups = ['support'], text = source) {
  const { document, problems } = parsePolicy(text)
  if (document === undefined) throw new Error(JSON.stringify(problems))
  const set = compilePolicies([{ name: 'crm', version: 1, document }])
  const verdict = evaluate(set, { ...context, principal: { ...context.principal, groups } })
  const reading = readingOf(shown)
  return unmaskingOf(reading, verdict, reading.masking(verdict.obligations))
}

it('lifts the masks that people may lift, and no others', () => {
  const found = unmask(['ssn', 'pan'])
  expect(found?.columns).toBe('customers.ssn')
  expect(found?.terms.approvers).toEqual(['group:privacy'])
  expect(found?.masking.plan.columns.map(({ rule }) => rule)).toEqual(['crm/pan'])
})

it('asks nobody for a statement that shows no such column', () => {
  expect(unmask(['pan', 'name'])).toBeUndefined()
})

it('asks nobody for a principal whom the rule does not name: the mask stays', () => {
  expect(unmask(['ssn'], ['sales'])).toBeUndefined()
})

it('leaves the masks where they are when a detector could not be lifted with them', () => {
  const text = source.replace(
    'columns: [customers.ssn]',
    'columns: [customers.ssn]\n      detectors: [email]',
  )
  expect(parsePolicy(text).problems?.[0]).toMatchObject({ path: 'rules[1].mask.unmask' })
})
