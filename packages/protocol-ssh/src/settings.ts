import type { Schema } from '@wardgate/gateway'
import { z } from 'zod'

/** As `ssh-keyscan` prints it, without the host: `ssh-ed25519 AAAA…`. */
const publicKey =
  /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]{40,4000}={0,2}( .{0,200})?$/
/** As `ssh-keygen -l` prints it. */
const fingerprint = /^SHA256:[A-Za-z0-9+/]{43}$/
const variable = /^[A-Za-z_][A-Za-z0-9_]*\*?$/

const shape = z.strictObject({
  hostKeys: z
    .array(
      z
        .string()
        .refine(
          (text) => publicKey.test(text) || fingerprint.test(text),
          'must be a public key such as "ssh-ed25519 AAAA…" or a fingerprint such as "SHA256:…"',
        ),
    )
    .max(16)
    .default([])
    .describe(
      'Host keys of the target: public keys or SHA256 fingerprints. With none, nothing is dialled.',
    ),
  hostAuthorities: z
    .array(z.string().regex(publicKey, 'must be a public key such as "ssh-ed25519 AAAA…"'))
    .max(8)
    .default([])
    .describe(
      'Public keys that certify host keys: a certificate of one, for the name that is dialled, counts as a pinned key.',
    ),
  shell: z
    .enum(['posix', 'bash', 'other'])
    .default('posix')
    .describe(
      "The account's login shell: posix = any Bourne-like shell, where what these read differently counts as unknown; bash; other = zsh, fish, csh, PowerShell, whose command lines are not read.",
    ),
  terminal: z
    .enum(['allow', 'refuse'])
    .default('allow')
    .describe('Whether clients may ask for a terminal; a policy still decides what runs in it.'),
  environment: z
    .array(z.string().regex(variable))
    .max(32)
    .default(['LANG', 'LC_*'])
    .describe('Variables that clients may set; a star at the end stands for the rest of a name.'),
  scanMaxBytes: z
    .int()
    .min(1024)
    .max(256 * 1024 * 1024)
    .default(16 * 1024 * 1024)
    .describe(
      'Largest file that can be downloaded by SFTP while something is masked; it is read whole.',
    ),
  connectMillis: z
    .int()
    .min(100)
    .max(60_000)
    .default(10_000)
    .describe('Time for one host of the target to accept, exchange keys and authenticate.'),
})

export type SshSettings = z.infer<typeof shape>

export const settings: Schema<SshSettings> = {
  parse: (input) => shape.parse(input ?? {}),
  jsonSchema: z.toJSONSchema(shape, { io: 'input' }),
}
