import { z } from 'zod'
import { pageOf } from '../common/http/page'

const username = z.string().min(1).max(200)
const pem = (label: RegExp, message: string) => z.string().max(50_000).regex(label, message)

/** Write-only: nothing of it but the user name is ever answered. */
export const createCredential = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('password'),
    username,
    password: z.string().min(1).max(4096),
  }),
  z.strictObject({
    kind: z.literal('certificate'),
    username,
    cert: pem(/-----BEGIN CERTIFICATE-----/, 'must be a PEM certificate'),
    key: pem(/-----BEGIN (?:EC |RSA )?PRIVATE KEY-----/, 'must be an unencrypted PEM private key'),
  }),
  z.strictObject({ kind: z.literal('none'), username }),
])
export type CreateCredential = z.output<typeof createCredential>

export const credentialAnswer = z.object({
  id: z.uuid(),
  kind: z.enum(['password', 'certificate', 'none']),
  username: z.string(),
  version: z.number().int(),
  createdAt: z.iso.datetime(),
  retiredAt: z.iso.datetime().nullable(),
})
export const credentialPage = pageOf(credentialAnswer)

/** What is sealed; the user name is inside too, so that it cannot be exchanged in the database. */
export const sealedCredential = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('password'), user: z.string(), password: z.string() }),
  z.object({ kind: z.literal('certificate'), user: z.string(), cert: z.string(), key: z.string() }),
  z.object({ kind: z.literal('none'), user: z.string() }),
])
