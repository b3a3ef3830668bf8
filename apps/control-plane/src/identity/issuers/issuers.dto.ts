import { z } from 'zod'
import { pageOf } from '../../common/http/page'
import { tokenAlgorithms } from '../tokens/algorithms'
import { isTrustworthy } from './issuer-url'

const claimName = z.string().min(1).max(100)

export const issuerName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and hyphens')

const fields = {
  name: issuerName,
  issuer: z
    .string()
    .max(500)
    .refine(isTrustworthy, 'must be an https:// URL (http:// on loopback only)')
    .describe('Exactly the `iss` of its tokens.'),
  audiences: z
    .array(z.string().min(1).max(500))
    .min(1)
    .max(20)
    .describe('A token must be for one of these.'),
  algorithms: z.array(z.enum(tokenAlgorithms)).min(1).max(tokenAlgorithms.length),
  groupClaims: z.array(claimName).max(10).describe('Claims that carry groups; paths with dots.'),
  clientId: z.string().max(500).describe('Client for console log-in; empty = none.'),
  clientSecret: z
    .string()
    .min(1)
    .max(2000)
    .nullable()
    .describe('Write-only; null = public client.'),
  personClaim: z
    .string()
    .max(300)
    .regex(/^$|^[^=]+=.+$/, 'must be claim=value')
    .describe('Claim and value that mark a person, such as `token_use=person`.'),
  ownerClaim: z.string().max(100).describe('Claim that names the owner of a workload.'),
  enabled: z.boolean(),
}

export const createIssuer = z.strictObject({
  ...fields,
  algorithms: fields.algorithms.default(['ES256', 'RS256', 'PS256', 'EdDSA']),
  groupClaims: fields.groupClaims.default(['groups']),
  clientId: fields.clientId.default(''),
  clientSecret: fields.clientSecret.default(null),
  personClaim: fields.personClaim.default(''),
  ownerClaim: fields.ownerClaim.default('owner'),
  enabled: fields.enabled.default(true),
})
export type CreateIssuer = z.output<typeof createIssuer>

export const updateIssuer = z.strictObject(fields).partial()
export type UpdateIssuer = z.output<typeof updateIssuer>

export const issuerAnswer = z.object({
  id: z.uuid(),
  ...fields,
  clientSecret: z.boolean().describe('Whether there is one.'),
  version: z.number().int(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
})
export const issuerPage = pageOf(issuerAnswer)
