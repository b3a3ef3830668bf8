import { z } from 'zod'
import { pageOf } from '../common/http/page'

const username = z.string().min(1).max(200)
/** One line: it becomes a header or a field of a login. */
const secret = z
  .string()
  .min(1)
  .max(16_384)
  .regex(/^[^\0\r\n]*$/, 'must be one line')
const pem = (label: RegExp, message: string) => z.string().max(50_000).regex(label, message)

export const credentialKinds = [
  'password',
  'certificate',
  'none',
  'bearer',
  'api-key',
  'oauth-client',
  'aws',
  'private-key',
  'key-certificate',
] as const
export type CredentialKind = (typeof credentialKinds)[number]

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
  z.strictObject({ kind: z.literal('bearer'), token: secret }),
  z.strictObject({
    kind: z.literal('api-key'),
    in: z.enum(['header', 'query']),
    name: z.string().regex(/^[A-Za-z0-9_.-]{1,100}$/, 'must be the name of a header or parameter'),
    value: secret,
  }),
  z.strictObject({
    kind: z.literal('oauth-client'),
    tokenUrl: z.url({ protocol: /^https?$/ }),
    clientId: z.string().min(1).max(500),
    clientSecret: secret,
    scope: z.string().max(1000).default(''),
  }),
  z.strictObject({
    kind: z.literal('aws'),
    accessKeyId: z.string().regex(/^[A-Z0-9]{16,128}$/, 'must be an AWS access key id'),
    secretAccessKey: secret,
    sessionToken: z.string().max(4096).default(''),
    region: z.string().regex(/^[a-z0-9-]{1,50}$/),
    service: z.string().regex(/^[a-z0-9-]{1,50}$/),
  }),
  z.strictObject({
    kind: z.literal('private-key'),
    username,
    key: pem(
      /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----/,
      'must be a private key in PEM or OpenSSH form',
    ),
    passphrase: z.string().max(4096).default(''),
  }),
  z.strictObject({ kind: z.literal('key-certificate'), username }),
])
export type CreateCredential = z.output<typeof createCredential>

export const credentialAnswer = z.object({
  id: z.uuid(),
  kind: z.enum(credentialKinds),
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
  z.object({ kind: z.literal('bearer'), token: z.string() }),
  z.object({
    kind: z.literal('api-key'),
    in: z.enum(['header', 'query']),
    name: z.string(),
    value: z.string(),
  }),
  z.object({
    kind: z.literal('oauth-client'),
    tokenUrl: z.string(),
    clientId: z.string(),
    clientSecret: z.string(),
    scope: z.string(),
  }),
  z.object({
    kind: z.literal('aws'),
    accessKeyId: z.string(),
    secretAccessKey: z.string(),
    sessionToken: z.string(),
    region: z.string(),
    service: z.string(),
  }),
  z.object({
    kind: z.literal('private-key'),
    user: z.string(),
    key: z.string(),
    passphrase: z.string(),
  }),
  // Key and certificate are made for each session.
  z
    .object({ kind: z.literal('key-certificate'), user: z.string() })
    .transform((stored) => ({ ...stored, key: '', certificate: new Uint8Array() })),
])
