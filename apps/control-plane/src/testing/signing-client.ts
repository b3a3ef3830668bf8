import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import type { KeyProof } from '@wardgate/gateway'

/** A string of RFC 4251. */
function string(bytes: Uint8Array | string): Buffer {
  const content = Buffer.from(bytes as Uint8Array)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(content.length)
  return Buffer.concat([length, content])
}

/** What a client holds that logs in with a public key. */
export interface SigningClient {
  readonly publicKey: Buffer
  /** As in a `.pub` file. */
  readonly line: string
  prove(user: string, change?: Partial<{ service: string; algorithm: string }>): KeyProof
}

export function ed25519Client(): SigningClient {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
  const blob = Buffer.concat([string('ssh-ed25519'), string(raw)])
  return client('ssh-ed25519', blob, privateKey, () => null)
}

export function ecdsaClient(): SigningClient {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  const point = Buffer.concat([
    Buffer.from([4]),
    Buffer.from(x, 'base64url'),
    Buffer.from(y, 'base64url'),
  ])
  const type = 'ecdsa-sha2-nistp256'
  const blob = Buffer.concat([string(type), string('nistp256'), string(point)])
  return client(type, blob, privateKey, () => 'sha256')
}

export function rsaClient(bits = 2048): SigningClient {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: bits })
  const { e = '', n = '' } = publicKey.export({ format: 'jwk' })
  const modulus = Buffer.concat([Buffer.from([0]), Buffer.from(n, 'base64url')])
  const blob = Buffer.concat([
    string('ssh-rsa'),
    string(Buffer.from(e, 'base64url')),
    string(modulus),
  ])
  return client('ssh-rsa', blob, privateKey, (algorithm) =>
    algorithm === 'rsa-sha2-256' ? 'sha256' : algorithm === 'ssh-rsa' ? 'sha1' : 'sha512',
  )
}

function client(
  type: string,
  publicKey: Buffer,
  privateKey: KeyObject,
  digestOf: (algorithm: string) => string | null,
): SigningClient {
  return {
    publicKey,
    line: `${type} ${publicKey.toString('base64')} somebody@somewhere`,
    prove: (user, { service = 'ssh-connection', algorithm: wanted } = {}) => {
      const algorithm = wanted ?? (type === 'ssh-rsa' ? 'rsa-sha2-512' : type)
      const signed = Buffer.concat([
        string(Buffer.alloc(32, 7)),
        Buffer.from([50]),
        string(user),
        string(service),
        string('publickey'),
        Buffer.from([1]),
        string(algorithm),
        string(publicKey),
      ])
      return {
        algorithm,
        publicKey,
        signed,
        signature: sign(digestOf(algorithm), signed, privateKey),
      }
    },
  }
}
