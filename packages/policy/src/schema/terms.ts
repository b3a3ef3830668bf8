import { z } from 'zod'
import { parseDuration } from '../duration'
import { policyLimits } from '../limits'
import { resourcePatternProblem } from '../resource-pattern'

export const pattern = z.string().min(1).max(policyLimits.patternLength)
export const patterns = z.array(pattern).min(1).max(policyLimits.patterns)
export const patternOrPatterns = z.union([pattern, patterns])

export const resourcePattern = pattern.superRefine((value, context) => {
  const problem = resourcePatternProblem(value)
  if (problem !== undefined)
    context.addIssue({ code: 'custom', message: `resource pattern "${value}" ${problem}` })
})

export const duration = (least: number, most: number) =>
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

export const principalSelector = z
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

export const labels = z.record(z.string().max(200), patternOrPatterns)

export const appliesTo = z
  .strictObject({
    connections: patterns.optional(),
    protocols: patterns.optional(),
    environments: patterns.optional().describe("The connection's label `environment`."),
    labels: labels.optional(),
    principals: principalSelector.optional(),
  })
  .describe('Where the policy is in force. Absent = everywhere.')
