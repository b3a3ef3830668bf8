import { z } from 'zod'
import { pageOf } from '../common/http/page'

const digest = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/)
  .describe('Over the definition as canonical JSON.')
const definition = z.looseObject({}).describe('As the server of the tool lists it.')

export const toolAnswer = z.object({
  name: z.string(),
  state: z
    .enum(['accepted', 'quarantined'])
    .describe('quarantined: its definition has changed; it is neither shown nor called.'),
  digest,
  definition,
  acceptedBy: z.uuid().nullable().describe('Null = as it was first seen.'),
  acceptedAt: z.iso.datetime(),
  offered: z
    .object({ digest, definition, offeredAt: z.iso.datetime() })
    .nullable()
    .describe('What a quarantined tool has become.'),
})
export const toolPage = pageOf(toolAnswer)

export const acceptTool = z.strictObject({
  name: z.string().min(1).max(200),
  digest: digest.describe(
    'Of what is accepted: `offered.digest`, or `digest` to keep what it was.',
  ),
})
export type AcceptTool = z.output<typeof acceptTool>
