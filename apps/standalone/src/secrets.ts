import { createHmac, randomBytes } from 'node:crypto'
import { replaceFile } from '@wardgate/state-file'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const schema = z.object({
  databasePassword: z.string(),
  samplePassword: z.string(),
  gatewayPassword: z.string(),
})

export type Secrets = z.infer<typeof schema>

/** Passwords of the embedded servers, made once; the file is private to its owner. */
export function loadSecrets(home: string): Secrets {
  const file = join(home, 'secrets.json')
  if (existsSync(file)) return schema.parse(JSON.parse(readFileSync(file, 'utf8')))
  const secrets: Secrets = {
    databasePassword: randomBytes(18).toString('base64url'),
    samplePassword: randomBytes(18).toString('base64url'),
    gatewayPassword: randomBytes(18).toString('base64url'),
  }
  // The passwords last: whoever finds them finds the key as well.
  replaceFile(masterKeyFile(home), `${randomBytes(32).toString('base64')}\n`)
  replaceFile(file, JSON.stringify(secrets, null, 2))
  return secrets
}

/** What the sample's HTTP service takes; made from another secret, so that it lasts as long. */
export function shopApiKey({ gatewayPassword }: Secrets): string {
  return createHmac('sha256', gatewayPassword).update('shop-api').digest('base64url')
}

export function masterKeyFile(home: string): string {
  return join(home, 'master.key')
}
