import { detectorNames, detectorOf, maxWidth, parsePath, patternPrefix } from '@wardgate/masking'
import { z } from 'zod'
import { policyLimits } from '../limits'
import { approval } from './approval'
import { pattern, patterns } from './terms'

const partial = z
  .strictObject({
    keepFirst: z.int().min(0).max(64).optional(),
    keepLast: z.int().min(0).max(64).optional(),
    width: z
      .int()
      .min(1)
      .max(maxWidth)
      .optional()
      .describe('Every masked value has so many characters: then none tells its length.'),
  })
  .refine(({ keepFirst = 0, keepLast = 0, width = Infinity }) => keepFirst + keepLast < width, {
    path: ['width'],
    message: 'must leave room for a star beside what keepFirst and keepLast keep',
  })

const shift = z.strictObject({
  days: z.int().min(1).max(3_650).describe('How far a date moves at most, to either side.'),
  by: z
    .string()
    .min(1)
    .max(63)
    .optional()
    .describe('A column of the same table: dates of one row move by what this column says.'),
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

/** A name that no detector has would have every operation refused that the rule matches. */
const detectors = patterns.refine((names) => names.every(isDetector), {
  message: `must be of ${detectorNames.join(', ')}, or ${patternPrefix}<RE2 expression>`,
})

function isDetector(name: string): boolean {
  try {
    return detectorOf(name).name !== ''
  } catch {
    return false
  }
}

export const mask = z
  .strictObject({
    columns: patterns.optional().describe('table.column or schema.table.column, with globs.'),
    within: z
      .array(maskPath)
      .min(1)
      .max(policyLimits.patterns)
      .optional()
      .describe('Only these places of the JSON that the columns hold.'),
    detectors: detectors.optional(),
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
  .refine((value) => !movesByKey(value.with) || (value.columns && !value.within), {
    path: ['with', 'shift', 'by'],
    message: 'is a column beside those that hold the dates: the mask has to name columns, whole',
  })
  .refine((value) => value.within === undefined || value.columns !== undefined, {
    path: ['within'],
    message: 'is a place within columns, and the mask names none',
  })

function movesByKey(method: unknown): boolean {
  const parsed = z.object({ shift }).safeParse(method)
  return parsed.success && parsed.data.shift.by !== undefined
}

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
