import { generateKeyPairSync, randomBytes } from 'node:crypto'

export interface SshKey {
  /** Contents of the private key file. */
  readonly privateKey: string
  /** `ssh-ed25519 base64 comment`. */
  readonly publicKey: string
}

const type = 'ssh-ed25519'
const blockBytes = 8

/**
 * A new Ed25519 key in OpenSSH's own form (PROTOCOL.key), without a passphrase: it lives for hours, and unattended use
 * is what it is for. Older OpenSSH reads Ed25519 in no other form.
 */
export function newSshKey(comment: string): SshKey {
  const { privateKey } = generateKeyPairSync('ed25519')
  const { d = '', x = '' } = privateKey.export({ format: 'jwk' })
  const [seed, point] = [Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url')]
  const publicBlob = Buffer.concat([string(type), string(point)])
  const check = randomBytes(4)
  const secret = padded(
    Buffer.concat([
      check,
      check,
      string(type),
      string(point),
      string(Buffer.concat([seed, point])),
      string(comment),
    ]),
  )
  const file = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    string('none'),
    string('none'),
    string(''),
    uint32(1),
    string(publicBlob),
    string(secret),
  ])
  const lines = file.toString('base64').match(/.{1,70}/g) ?? []
  const frame = (word: string) => `-----${word} OPENSSH PRIVATE KEY-----`
  return {
    privateKey: [frame('BEGIN'), ...lines, frame('END'), ''].join('\n'),
    publicKey: `${type} ${publicBlob.toString('base64')} ${comment}`,
  }
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

function string(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content as Buffer)
  return Buffer.concat([uint32(bytes.length), bytes])
}

/** Padding counts 1, 2, 3 … */
function padded(bytes: Buffer): Buffer {
  const missing = (blockBytes - (bytes.length % blockBytes)) % blockBytes
  return Buffer.concat([bytes, Buffer.from(Array.from({ length: missing }, (_, at) => at + 1))])
}
