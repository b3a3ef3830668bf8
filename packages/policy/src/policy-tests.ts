import { z } from 'zod'
import type { PolicySet } from './compile'
import type { PolicyConnection, PolicyPrincipal } from './context'
import { evaluate } from './evaluate'
import { actionNames, type ActionName, type Facts } from './facts'
import { readDocument, type PolicyProblem } from './read-document'
import type { PolicyVerdict } from './verdict'

const actionText = z.string().refine((text) => isAction(text), {
  message: 'must be an action and a resource, such as "delete table:public.orders"',
})

const facts = z.strictObject({
  kind: z.string().default('sql'),
  actions: z.array(actionText).default([]),
  opaque: z.array(z.string()).default([]),
  risk: z.number().min(0).max(100).default(0),
  detail: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]))
    .default({}),
})

const testCase = z
  .strictObject({
    name: z.string().min(1),
    as: z
      .strictObject({
        id: z.string().default('test-principal'),
        issuer: z.string().default('https://issuer.test'),
        subject: z.string().default('test'),
        name: z.string().default('test'),
        kind: z.enum(['person', 'workload']).default('workload'),
        groups: z.array(z.string()).default([]),
        roles: z.array(z.string()).default([]),
        claims: z.record(z.string(), z.unknown()).default({}),
        owner: z.string().default(''),
      })
      .prefault({}),
    connection: z.strictObject({
      name: z.string(),
      protocol: z.string().default('postgres'),
      labels: z.record(z.string(), z.string()).default({}),
      database: z.string().default(''),
    }),
    time: z.iso.datetime().optional(),
    sql: z.string().min(1).optional(),
    facts: facts.optional(),
    expect: z.strictObject({
      verdict: z.enum(['allow', 'deny', 'require-approval']),
      rule: z.string().optional(),
      message: z.string().optional(),
      masks: z.array(z.string()).optional(),
      approvers: z.array(z.string()).optional(),
    }),
  })
  .refine((value) => (value.sql === undefined) !== (value.facts === undefined), {
    message: 'must have either sql or facts',
  })

const testsFile = z.strictObject({
  policies: z.array(z.string().min(1)).min(1),
  cases: z.array(testCase).min(1).max(1_000),
})

export type PolicyTests = z.output<typeof testsFile>
export type PolicyTestCase = PolicyTests['cases'][number]

/** Reads a tests file: which policy files are in force, and what they must say of each case. */
export function parsePolicyTests(
  source: string,
): { readonly tests: PolicyTests } | { readonly problems: readonly PolicyProblem[] } {
  const read = readDocument(source, testsFile)
  return 'problems' in read ? { problems: read.problems } : { tests: read.value }
}

export interface PolicyTestResult {
  readonly name: string
  /** What differs from what was expected; empty = passed. */
  readonly failures: readonly string[]
  readonly verdict: PolicyVerdict
}

/** Judges one case. `sqlFacts` are those that the control plane extracted for a case with `sql`. */
export function testPolicy(
  set: PolicySet,
  test: PolicyTestCase,
  sqlFacts?: Facts,
): PolicyTestResult {
  const principal: PolicyPrincipal = test.as
  const connection: PolicyConnection = test.connection
  const given = test.facts ? writtenFacts(test.facts) : sqlFacts
  if (given === undefined) throw new TypeError(`the case "${test.name}" has no facts`)
  // A fixed time, so that a case without one gives the same verdict tomorrow.
  const time = test.time === undefined ? Date.UTC(2026, 0, 7, 12) : Date.parse(test.time)
  const verdict = evaluate(set, { principal, connection, facts: given, time })
  return { name: test.name, failures: differences(test.expect, verdict), verdict }
}

function writtenFacts(written: z.output<typeof facts>): Facts {
  return {
    kind: written.kind,
    summary: written.actions.length > 0 ? written.actions.join(', ') : written.kind,
    actions: written.actions.map(splitAction),
    opaque: written.opaque,
    risk: { score: written.risk, factors: [] },
    detail: written.detail,
    literalsMatter: false,
  }
}

function splitAction(text: string): { action: ActionName; resource: string } {
  const space = text.indexOf(' ')
  return { action: text.slice(0, space) as ActionName, resource: text.slice(space + 1) }
}

function isAction(text: string): boolean {
  const space = text.indexOf(' ')
  return space > 0 && (actionNames as readonly string[]).includes(text.slice(0, space))
}

function differences(expected: PolicyTestCase['expect'], verdict: PolicyVerdict): string[] {
  const failures: string[] = []
  if (verdict.kind !== expected.verdict)
    failures.push(`expected ${expected.verdict}, got ${verdict.kind}: ${verdict.message}`)
  const rules = verdict.determinedBy.flatMap(({ policy, rule }) => [rule, `${policy}/${rule}`])
  if (expected.rule !== undefined && !rules.includes(expected.rule))
    failures.push(`expected rule ${expected.rule}, got ${rules.filter(isQualified).join(', ')}`)
  if (expected.message !== undefined && !verdict.message.includes(expected.message))
    failures.push(`expected a message with "${expected.message}", got "${verdict.message}"`)
  const masks = verdict.obligations.masks.map(({ reference }) => reference.rule)
  if (expected.masks && !isSameSet(expected.masks, masks))
    failures.push(`expected the masks [${expected.masks.join(', ')}], got [${masks.join(', ')}]`)
  const approvers = verdict.approval?.approvers ?? []
  if (expected.approvers && !isSameSet(expected.approvers, approvers))
    failures.push(
      `expected the approvers [${expected.approvers.join(', ')}], got [${approvers.join(', ')}]`,
    )
  return failures
}

function isQualified(name: string): boolean {
  return name.includes('/')
}

function isSameSet(left: readonly string[], right: readonly string[]): boolean {
  return [...new Set(left)].sort().join('\n') === [...new Set(right)].sort().join('\n')
}
