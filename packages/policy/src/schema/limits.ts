import { z } from 'zod'
import { duration } from './terms'

export const limits = z
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
    statementTimeout: duration(1, 86_400)
      .optional()
      .describe('How long the target may work on one statement.'),
  })
  .refine((value) => Object.values(value).some((limit) => limit !== undefined), {
    message: 'must name rows, rowsPerHour, minimumGroupSize or statementTimeout',
  })
