import { z } from 'zod'
import { idParams } from '../../common/http/input'
import { pageOf, pageQuery } from '../../common/http/page'

/** How long a key may be good for. */
export const longestKeyLifeSeconds = 90 * 86_400
const defaultKeyLifeSeconds = 3_600

export const keyQuery = pageQuery
export type KeyQuery = z.output<typeof keyQuery>

export const keyParams = idParams.extend({ keyId: z.uuid() })
export type KeyParams = z.output<typeof keyParams>

export const newKey = z.strictObject({
  name: z.string().min(1).max(100),
  publicKey: z
    .string()
    .max(5_000)
    .describe(
      'As in a .pub file: ssh-ed25519, ecdsa-sha2-nistp*, or ssh-rsa of 2048 bits or more.',
    ),
  expiresInSeconds: z
    .int()
    .min(60)
    .max(longestKeyLifeSeconds)
    .default(defaultKeyLifeSeconds)
    .describe('Life of the key; an hour when absent, 90 days at most.'),
})
export type NewKey = z.output<typeof newKey>

export const keyAnswer = z.object({
  id: z.uuid(),
  principalId: z.uuid(),
  fingerprint: z.string().describe('SHA256:…, as ssh-keygen prints it.'),
  name: z.string(),
  publicKey: z.string(),
  createdBy: z.uuid(),
  expiresAt: z.iso.datetime(),
  createdAt: z.iso.datetime(),
})
export const keyPage = pageOf(keyAnswer)
