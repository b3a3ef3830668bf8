import { z } from 'zod'
import { pageOf, pageQuery } from '../common/http/page'

const state = z.enum(['draft', 'dry-run', 'active', 'retired'])

export const policySource = z.strictObject({ source: z.string().min(1).max(262_144) })
export type PolicySource = z.output<typeof policySource>

export const policiesQuery = pageQuery.extend({
  name: z.string().max(100).optional(),
  state: state.optional(),
})
export type PoliciesQuery = z.output<typeof policiesQuery>

export const policyParams = z.strictObject({
  name: z.string().max(100),
  version: z.coerce.number().int().min(1).max(2_147_483_647),
})
export type PolicyParams = z.output<typeof policyParams>

export const policyAnswer = z.object({
  id: z.uuid(),
  name: z.string(),
  version: z.number().int(),
  state,
  source: z.string(),
  digest: z.string(),
  author: z.string(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
})
export const policiesAnswer = pageOf(policyAnswer)

export const validationAnswer = z.object({
  valid: z.boolean(),
  name: z.string().optional(),
  problems: z.array(
    z.object({ path: z.string(), message: z.string(), line: z.number().int().optional() }),
  ),
})
