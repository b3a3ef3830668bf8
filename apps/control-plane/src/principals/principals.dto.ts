import { z } from 'zod'
import { pageOf, pageQuery } from '../common/http/page'

export const queryFlag = z.enum(['true', 'false']).transform((flag) => flag === 'true')

export const principalQuery = pageQuery.extend({
  issuerId: z.uuid().optional(),
  kind: z.enum(['person', 'workload']).optional(),
  name: z.string().max(300).optional(),
  subject: z.string().max(500).optional(),
  disabled: queryFlag.optional(),
})
export type PrincipalQuery = z.output<typeof principalQuery>

export const updatePrincipal = z.strictObject({ disabled: z.boolean() })
export type UpdatePrincipal = z.output<typeof updatePrincipal>

export const principalAnswer = z.object({
  id: z.uuid(),
  issuerId: z.uuid(),
  issuer: z.string().describe('Name of its issuer.'),
  subject: z.string(),
  kind: z.enum(['person', 'workload']),
  name: z.string(),
  email: z.string(),
  groups: z.array(z.string()),
  claims: z.record(z.string(), z.unknown()).describe('Of its last token.'),
  owner: z.string(),
  disabled: z.boolean(),
  lastSeenAt: z.iso.datetime().nullable(),
  version: z.number().int(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
})
export const principalPage = pageOf(principalAnswer)
