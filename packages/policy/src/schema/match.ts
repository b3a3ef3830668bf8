import { z } from 'zod'
import { actionNames } from '../facts'
import { policyLimits } from '../limits'
import { labels, patternOrPatterns, patterns, principalSelector, resourcePattern } from './terms'

export const comparison = z.union([
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

export const match = z
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
