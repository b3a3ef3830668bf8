import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { ConfigError } from '@wardgate/errors'
import type { Login } from '@wardgate/gateway'
import { openSshPrivateKey } from '@wardgate/wire/openssh'
import type { ProvenHost } from './client-login'

/** The certificate counts for the key of the configuration alone. */
export function provenHostOf({ hostKey, hostCertificate }: Login): ProvenHost {
  const key = hostKeyOf(hostKey)
  if (hostKey === undefined || hostCertificate === undefined) return { key }
  return { key, certificate: Buffer.from(hostCertificate) }
}

let keyOfThisProcess: string | undefined

/**
 * The agent's key in OpenSSH's own form, which is the only one that the SSH library reads Ed25519 keys in. Without
 * one in the configuration there is a key for the life of the process: clients notice when it changes.
 */
export function hostKeyOf(pem: string | undefined): string {
  if (pem === undefined) {
    const { privateKey } = generateKeyPairSync('ed25519')
    keyOfThisProcess ??= openSshPrivateKey(privateKey)
    return keyOfThisProcess
  }
  if (pem.includes('BEGIN OPENSSH PRIVATE KEY')) return pem
  const key = createPrivateKey(pem)
  if (key.asymmetricKeyType !== 'ed25519')
    throw new ConfigError('ERR_CONFIG_INVALID', 'the host key of the agent must be an Ed25519 key')
  return openSshPrivateKey(key)
}
