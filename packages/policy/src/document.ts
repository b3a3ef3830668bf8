import { z } from 'zod'
import { policyLimits } from './limits'
import { approval } from './schema/approval'
import { limits } from './schema/limits'
import { mask } from './schema/mask'
import { type comparison, match } from './schema/match'
import { appliesTo, type principalSelector } from './schema/terms'

const namePattern = /^[a-z0-9][a-z0-9_-]{0,62}$/

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
      .enum(['refuse', 'scan', 'pass'])
      .optional()
      .describe(
        'Bodies that cannot be masked, for the masks of this policy; refuse when absent. scan: those of up to 1 MiB pass when no detector finds anything.',
      ),
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
