import { z } from 'zod'
import { duration } from './terms'

const approverPattern = /^(group|role|principal):[^&\s][^&]{0,199}$/

export const approval = z.strictObject({
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
