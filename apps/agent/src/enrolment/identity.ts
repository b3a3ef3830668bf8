import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ConfigError } from '@wardgate/errors'
import { z } from 'zod'
import { replaceFile } from '@wardgate/state-file'

const schema = z.strictObject({
  agentId: z.string(),
  name: z.string().min(1),
  key: z.string().includes('PRIVATE KEY'),
  chain: z.string().includes('CERTIFICATE'),
  authority: z.string().includes('CERTIFICATE'),
})

/** Who the agent is: one file, so that key and certificate always belong together. */
export type Identity = Readonly<z.infer<typeof schema>>

function identityPath(stateFolder: string): string {
  return join(stateFolder, 'identity.json')
}

/** Undefined when the agent has not enrolled yet. */
export function loadIdentity(stateFolder: string): Identity | undefined {
  const path = identityPath(stateFolder)
  if (!existsSync(path)) return undefined
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    throw new ConfigError('ERR_CONFIG_INVALID', `${path} cannot be read`, {
      nextStep: 'Restore it, or remove it and enrol again with a new join token.',
    })
  }
}

export function saveIdentity(stateFolder: string, identity: Identity): void {
  replaceFile(identityPath(stateFolder), `${JSON.stringify(schema.parse(identity))}\n`)
}

export interface Life {
  readonly notBefore: number
  readonly notAfter: number
}

/** Unix milliseconds between which the certificate is valid. */
export function lifeOf({ chain }: Pick<Identity, 'chain'>): Life {
  const leaf = new X509Certificate(chain)
  return { notBefore: Date.parse(leaf.validFrom), notAfter: Date.parse(leaf.validTo) }
}
