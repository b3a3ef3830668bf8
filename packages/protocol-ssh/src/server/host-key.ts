import { createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { ConfigError } from '@wardgate/errors'

let keyOfThisProcess: string | undefined

/**
 * The agent's key in OpenSSH's own form, which is the only one that the SSH library reads Ed25519 keys in. Without
 * one in the configuration there is a key for the life of the process: clients notice when it changes.
 */
export function hostKeyOf(pem: string | undefined): string {
  if (pem === undefined) {
    const { privateKey } = generateKeyPairSync('ed25519')
    keyOfThisProcess ??= inOpenSshForm(privateKey.export({ format: 'jwk' }))
    return keyOfThisProcess
  }
  if (pem.includes('BEGIN OPENSSH PRIVATE KEY')) return pem
  const key = createPrivateKey(pem)
  if (key.asymmetricKeyType !== 'ed25519')
    throw new ConfigError('ERR_CONFIG_INVALID', 'the host key of the agent must be an Ed25519 key')
  return inOpenSshForm(key.export({ format: 'jwk' }))
}

/** OpenSSH's PROTOCOL.key: magic, no cipher, no KDF, one key, padded to 8 bytes with 1, 2, 3…. */
function inOpenSshForm({ x = '', d = '' }: { readonly x?: string; readonly d?: string }): string {
  const [publicPart, seed] = [Buffer.from(x, 'base64url'), Buffer.from(d, 'base64url')]
  const type = Buffer.from('ssh-ed25519')
  const check = randomBytes(4)
  const secret = [check, check, string(type), string(publicPart)]
  secret.push(string(Buffer.concat([seed, publicPart])), string(Buffer.alloc(0)))
  const unpadded = Buffer.concat(secret)
  const padding = Buffer.from(
    Array.from({ length: (8 - (unpadded.length % 8)) % 8 }, (_, at) => at + 1),
  )
  const none = string(Buffer.from('none'))
  const body = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    none,
    none,
    string(Buffer.alloc(0)),
    uint32(1),
    string(Buffer.concat([string(type), string(publicPart)])),
    string(Buffer.concat([unpadded, padding])),
  ])
  const text = body.toString('base64').replace(/.{70}/g, '$&\n')
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${text}\n-----END OPENSSH PRIVATE KEY-----\n`
}

function string(bytes: Uint8Array): Buffer {
  return Buffer.concat([uint32(bytes.length), bytes])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
