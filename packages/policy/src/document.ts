import { parsePath } from '@wardgate/masking'
import { z } from 'zod'
import { parseDuration } from './duration'
import { actionNames } from './facts'
import { policyLimits } from './limits'
import { resourcePatternProblem } from './resource-pattern'

const namePattern = /^[a-z0-9][a-z0-9_-]{0,62}$/
const approverPattern = /^(group|role|principal):[^&\s][^&]{0,199}$/

const pattern = z.string().min(1).max(policyLimits.patternLength)
const patterns = z.array(pattern).min(1).max(policyLimits.patterns)
const patternOrPatterns = z.union([pattern, patterns])

const resourcePattern = pattern.superRefine((value, context) => {
  const problem = resourcePatternProblem(value)
  if (problem !== undefined)
    context.addIssue({ code: 'custom', message: `resource pattern "${value}" ${problem}` })
})

const duration = (least: number, most: number) =>
  z
    .union([z.string(), z.number()])
    .refine(
      (value) => {
        const seconds = parseDuration(value)
        return seconds !== undefined && seconds >= least && seconds <= most
      },
      { message: `must be a duration such as 50s, 15m or 2h, from ${least} to ${most} seconds` },
    )
    .meta({ description: 'A duration: 50s, 15m, 2h, 1d, or a number of seconds.' })

const principalSelector = z
  .strictObject({
    groups: patterns.optional().describe('In at least one of these groups.'),
    roles: patterns.optional().describe('Holds at least one of these Wardgate roles.'),
    kinds: z
      .array(z.enum(['person', 'workload']))
      .min(1)
      .optional(),
    ids: patterns.optional().describe('Principal id, or issuer|subject.'),
    claims: z
      .record(z.string().max(200), patternOrPatterns)
      .optional()
      .describe('Every named claim must have a value that matches.'),
  })
  .describe('Fields are and-ed, the values within a field are or-ed.')

const labels = z.record(z.string().max(200), patternOrPatterns)

const appliesTo = z
  .strictObject({
    connections: patterns.optional(),
    protocols: patterns.optional(),
    environments: patterns.optional().describe("The connection's label `environment`."),
    labels: labels.optional(),
    principals: principalSelector.optional(),
  })
  .describe('Where the policy is in force. Absent = everywhere.')

const comparison = z.union([
  patternOrPatterns,
  z.number(),
  z.boolean(),
  z.strictObject({ atLeast: z.number().optional(), atMost: z.number().optional() }),
])

const estimateBound = z
  .strictObject({ above: z.number().min(0).optional(), atMost: z.number().min(0).optional() })
  .refine(({ above, atMost }) => (above === undefined) !== (atMost === undefined), {
    message: 'must say either above or atMost',
  })

const match = z
  .strictObject({
    actions: z
      .array(z.enum([...actionNames, '*']))
      .min(1)
      .optional(),
    resources: z.array(resourcePattern).min(1).max(policyLimits.patterns).optional(),
    risk: z.strictObject({ atLeast: z.int().min(0).max(100) }).optional(),
    estimatedRows: estimateBound
      .optional()
      .describe('Rows that the target expects the statement to read or change.'),
    estimatedCost: estimateBound
      .optional()
      .describe("The cost of its plan in the target's own units."),
    opaque: z
      .boolean()
      .optional()
      .describe(
        'true = only operations that cannot be read, which no rule without it grants; false = only the others.',
      ),
    statements: patterns.optional().describe('Kinds of SQL statement, such as select.'),
    functions: patterns.optional().describe('SQL functions that are called, schema-qualified.'),
    detail: z.record(z.string().max(200), comparison).optional(),
    connections: patterns.optional(),
    labels: labels.optional(),
    principals: principalSelector.optional(),
  })
  .describe('Fields are and-ed, the values within a field are or-ed.')

const approval = z.strictObject({
  approvers: z
    .array(
      z.string().regex(approverPattern, {
        message: 'must be group:<name>, role:<name> or principal:<id>',
      }),
    )
    .min(1)
    .max(20),
  quorum: z.int().min(1).max(20).optional().describe('Distinct people; 1 when absent.'),
  expiresIn: duration(10, 7 * 86_400)
    .optional()
    .describe('Life of the request; 15m when absent.'),
  hold: duration(0, 600)
    .optional()
    .describe("How long the client's call stays open; 50s when absent."),
  reason: z.enum(['required', 'optional']).optional(),
})

const partial = z.strictObject({
  keepFirst: z.int().min(0).max(64).optional(),
  keepLast: z.int().min(0).max(64).optional(),
})

const shift = z.strictObject({
  days: z.int().min(1).max(3_650).describe('How far a date moves at most, to either side.'),
})

const maskPath = pattern.refine(isPath, {
  message: 'must be a name such as ssn, or a path such as $.customer.cards[*].number or $..ssn',
})

function isPath(text: string): boolean {
  try {
    return parsePath(text).length > 0 || text === '$'
  } catch {
    return false
  }
}

const mask = z
  .strictObject({
    columns: patterns.optional().describe('table.column or schema.table.column, with globs.'),
    within: z
      .array(maskPath)
      .min(1)
      .max(policyLimits.patterns)
      .optional()
      .describe('Only these places of the JSON that the columns hold.'),
    detectors: patterns.optional(),
    paths: z
      .array(maskPath)
      .min(1)
      .max(policyLimits.patterns)
      .optional()
      .describe(
        'Members of JSON, form fields, CSV columns, XML elements: ssn, $..ssn, $.a.b[*].c.',
      ),
    headers: patterns.optional().describe('Headers by name, with globs; of cookies the values.'),
    // YAML reads a bare `null` as null, not as the word.
    with: z.union([
      z.enum(['redact', 'null', 'hash', 'tokenize']),
      z.null(),
      z.strictObject({ partial }),
      z.strictObject({ shift }),
    ]),
    unless: z
      .strictObject({ groups: patterns.optional(), roles: patterns.optional() })
      .optional()
      .describe('Principals that see the value as it is.'),
    unmask: z
      .strictObject({ groups: patterns.optional(), roles: patterns.optional(), approval })
      .refine(({ groups, roles }) => groups ?? roles, { message: 'must name groups or roles' })
      .optional()
      .describe('Principals that see the columns as they are once people have agreed, each time.'),
  })
  .refine((value) => value.columns ?? value.detectors ?? value.paths ?? value.headers, {
    message: 'must name columns, paths, headers or detectors',
  })
  .refine(isLiftable, {
    path: ['unmask'],
    message: 'is for columns alone: what detectors, paths and headers hide is not known beforehand',
  })
  .refine((value) => value.within === undefined || value.columns !== undefined, {
    path: ['within'],
    message: 'is a place within columns, and the mask names none',
  })

function isLiftable(value: {
  readonly unmask?: unknown
  readonly columns?: unknown
  readonly detectors?: unknown
  readonly paths?: unknown
  readonly headers?: unknown
}): boolean {
  const { unmask, columns, detectors, paths, headers } = value
  const others = [detectors, paths, headers].some((other) => other !== undefined)
  return unmask === undefined || (columns !== undefined && !others)
}

const limits = z
  .strictObject({
    rows: z.int().min(1).max(1_000_000_000).optional().describe('Rows of one result.'),
    rowsPerHour: z
      .int()
      .min(1)
      .max(1_000_000_000)
      .optional()
      .describe('Rows that the principal gets through the connection within any hour.'),
    minimumGroupSize: z
      .int()
      .min(2)
      .max(1_000_000)
      .optional()
      .describe('Aggregates of masked columns are shown for groups of at least so many values.'),
  })
  .refine((value) => Object.values(value).some((limit) => limit !== undefined), {
    message: 'must name rows, rowsPerHour or minimumGroupSize',
  })

const rule = z
  .strictObject({
    id: z.string().regex(namePattern, { message: 'must be lower-case letters, digits, - and _' }),
    description: z.string().max(policyLimits.messageLength).optional(),
    effect: z.enum(['allow', 'deny', 'require-approval']).optional(),
    message: z
      .string()
      .max(policyLimits.messageLength)
      .optional()
      .describe('Told to the client when the rule denies or holds.'),
    match: match.optional(),
    when: z
      .string()
      .min(1)
      .max(policyLimits.expressionLength)
      .optional()
      .describe('CEL over principal, connection, facts and context.time.'),
    approval: approval.optional(),
    mask: mask.optional(),
    limits: limits.optional(),
    readOnly: z.boolean().optional(),
    recording: z.enum(['full', 'statements', 'off']).optional(),
    lines: z
      .boolean()
      .optional()
      .describe(
        'Interactive shells take whole lines: each is decided and run as a command of its own.',
      ),
    inference: z
      .enum(['deny', 'approve', 'allow'])
      .optional()
      .describe('Masked columns used in conditions, for the masks of this policy.'),
    unreadable: z
      .enum(['refuse', 'pass'])
      .optional()
      .describe('Bodies that cannot be masked, for the masks of this policy; refuse when absent.'),
  })
  .superRefine((value, context) => {
    for (const [path, message] of ruleProblems(value))
      context.addIssue({ code: 'custom', path: [path], message })
  })

function ruleProblems(value: {
  readonly effect?: string | undefined
  readonly approval?: { readonly hold?: string | number | undefined } | undefined
  readonly [key: string]: unknown
}): [string, string][] {
  const problems: [string, string][] = []
  const obligations = [
    'mask',
    'limits',
    'readOnly',
    'recording',
    'lines',
    'inference',
    'unreadable',
  ]
  const needsApproval = value.effect === 'require-approval' || value['inference'] === 'approve'
  if (value.effect === undefined && obligations.every((name) => value[name] === undefined))
    problems.push([
      'effect',
      'the rule does nothing: give it an effect, a mask, limits, readOnly, recording, lines, inference or unreadable',
    ])
  if (needsApproval && value.approval === undefined)
    problems.push(['approval', 'must say who approves'])
  if (!needsApproval && value.approval !== undefined)
    problems.push(['approval', 'is for effect require-approval or inference approve only'])
  if (value['message'] !== undefined && value.effect === undefined)
    problems.push(['message', 'is told with an effect, and the rule has none'])
  return problems
}

export const policyDocumentSchema = z.strictObject({
  name: z
    .string()
    .regex(namePattern, { message: 'must be lower-case letters, digits, - and _' })
    .refine((value) => value !== 'wardgate', { message: 'wardgate names the built-in rules' }),
  description: z.string().max(policyLimits.messageLength).optional(),
  appliesTo: appliesTo.optional(),
  rules: z.array(rule).min(1).max(policyLimits.rules),
})

/** A policy as written, valid. Durations and patterns are kept as text, so that it can be stored and shown. */
export type PolicyDocument = z.infer<typeof policyDocumentSchema>
export type PolicyRule = PolicyDocument['rules'][number]
export type RuleMatch = z.infer<typeof match>
export type PrincipalSelector = z.infer<typeof principalSelector>
export type DetailComparison = z.infer<typeof comparison>
export type MaskRule = z.infer<typeof mask>
export type ApprovalRule = z.infer<typeof approval>
