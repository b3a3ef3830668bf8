import { z } from 'zod'
import { idParams } from '../../common/http/input'
import { pageOf, pageQuery } from '../../common/http/page'

const longestLifeSeconds = 24 * 3_600
const defaultLifeSeconds = 3_600

export const newCertificate = z.strictObject({
  publicKey: z
    .string()
    .max(5_000)
    .describe(
      'As in a .pub file: ssh-ed25519, ecdsa-sha2-nistp*, or ssh-rsa of 2048 bits or more.',
    ),
  connections: z
    .array(z.string().min(1).max(200))
    .min(1)
    .max(100)
    .describe('The connections that it is for; the caller has to be permitted to use them.'),
  expiresInSeconds: z
    .int()
    .min(60)
    .max(longestLifeSeconds)
    .default(defaultLifeSeconds)
    .describe('Life of the certificate; an hour when absent, a day at most.'),
})
export type NewCertificate = z.output<typeof newCertificate>

export const certificateQuery = pageQuery
export type CertificateQuery = z.output<typeof certificateQuery>

export const certificateParams = idParams.extend({
  serial: z
    .string()
    .regex(/^\d{1,20}$/)
    .describe('In decimal, as `ssh-keygen -L` prints it.'),
})
export type CertificateParams = z.output<typeof certificateParams>

export const issuedCertificate = z.object({
  id: z.uuid(),
  serial: z.string(),
  principalId: z.uuid(),
  fingerprint: z.string().describe('Of the key that it certifies.'),
  connections: z.array(z.string()),
  expiresAt: z.iso.datetime(),
  createdAt: z.iso.datetime(),
})
export const certificatePage = pageOf(issuedCertificate)

export const certificateAnswer = z.object({
  certificate: z.string().describe('As in a -cert.pub file.'),
  serial: z.string(),
  principalId: z.uuid(),
  connections: z.array(z.string()),
  expiresAt: z.iso.datetime(),
})

export const authoritiesAnswer = z.object({
  clients: z.string().describe('Certifies who logs in to agents.'),
  targets: z
    .string()
    .describe('Certifies what agents log in to targets with: for `TrustedUserCAKeys` of targets.'),
  hosts: z
    .string()
    .describe('Certifies the keys by which clients know agents: for `@cert-authority` lines.'),
})
