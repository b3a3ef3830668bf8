import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
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
  writeFileSync(file, JSON.stringify(secrets, null, 2), { mode: 0o600 })
  writeFileSync(masterKeyFile(home), `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 })
  return secrets
}

export function masterKeyFile(home: string): string {
  return join(home, 'master.key')
}
