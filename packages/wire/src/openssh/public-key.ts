import { createHash, createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto'
import { ByteReader } from '../byte-reader'
import { readString } from './strings'

/** A public key as OpenSSH writes it (RFC 4253 section 6.6, RFC 5656, RFC 8709), checked. */
export interface PublicKey {
  readonly type: string
  /** `SHA256:…`, as ssh-keygen prints it. */
  readonly fingerprint: string
  /** `type base64`. */
  readonly text: string
  /** As SSH sends it. */
  readonly blob: Buffer
  readonly key: KeyObject
}

const longestKey = 2_100
const leastModulusBits = 2_048
const mostModulusBits = 8_192

/** Reads a line of `authorized_keys` or a `.pub` file; options are not taken. Undefined = no key that is accepted. */
export function readPublicKeyLine(line: string): PublicKey | undefined {
  const [type, base64 = ''] = line.trim().split(/\s+/)
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64) || base64.length > longestKey * 2) return undefined
  const key = readPublicKey(Buffer.from(base64, 'base64'))
  return key?.type === type ? key : undefined
}

export function readPublicKey(bytes: Uint8Array): PublicKey | undefined {
  if (bytes.length > longestKey) return undefined
  const blob = Buffer.from(bytes)
  try {
    const reader = new ByteReader(blob)
    const type = readString(reader).toString('latin1')
    const jwk = jwkOf(type, reader)
    // Bytes behind the key would give one key many fingerprints.
    if (jwk === undefined || reader.remaining > 0) return undefined
    const digest = createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')
    return {
      type,
      fingerprint: `SHA256:${digest}`,
      text: `${type} ${blob.toString('base64')}`,
      blob,
      key: createPublicKey({ key: jwk, format: 'jwk' }),
    }
  } catch {
    return undefined
  }
}

function jwkOf(type: string, reader: ByteReader): JsonWebKey | undefined {
  const curve = /^ecdsa-sha2-(nistp(?:256|384|521))$/.exec(type)?.[1]
  if (curve !== undefined) return ellipticJwk(curve, reader)
  if (type === 'ssh-ed25519') {
    const x = readString(reader)
    return x.length === 32 ? { kty: 'OKP', crv: 'Ed25519', x: x.toString('base64url') } : undefined
  }
  return type === 'ssh-rsa' ? rsaJwk(reader) : undefined
}

const coordinateBytes: Readonly<Record<string, number>> = {
  nistp256: 32,
  nistp384: 48,
  nistp521: 66,
}

function ellipticJwk(curve: string, reader: ByteReader): JsonWebKey | undefined {
  const named = readString(reader).toString('latin1')
  const point = readString(reader)
  const length = coordinateBytes[curve] ?? 0
  if (named !== curve || point.length !== 1 + 2 * length || point[0] !== 4) return undefined
  const [x, y] = [point.subarray(1, 1 + length), point.subarray(1 + length)]
  const crv = `P-${curve.slice('nistp'.length)}`
  return { kty: 'EC', crv, x: x.toString('base64url'), y: y.toString('base64url') }
}

function rsaJwk(reader: ByteReader): JsonWebKey | undefined {
  const [e, n] = [integer(reader), integer(reader)]
  const bits = n.length * 8 - Math.clz32((n[0] ?? 0) << 24)
  if (bits < leastModulusBits || bits > mostModulusBits || e.length > 4) return undefined
  return { kty: 'RSA', e: e.toString('base64url'), n: n.toString('base64url') }
}

/** An mpint that is positive and has no needless zero in front (RFC 4251 section 5). */
function integer(reader: ByteReader): Buffer {
  const bytes = readString(reader)
  const [first = 0x80, second = 0] = bytes
  if (first >= 0x80 || (first === 0 && second < 0x80)) throw new RangeError('no positive mpint')
  return first === 0 ? bytes.subarray(1) : bytes
}

const digests: Readonly<Record<string, { readonly key: string; readonly digest: string | null }>> =
  {
    'ssh-ed25519': { key: 'ssh-ed25519', digest: null },
    'ecdsa-sha2-nistp256': { key: 'ecdsa-sha2-nistp256', digest: 'sha256' },
    'ecdsa-sha2-nistp384': { key: 'ecdsa-sha2-nistp384', digest: 'sha384' },
    'ecdsa-sha2-nistp521': { key: 'ecdsa-sha2-nistp521', digest: 'sha512' },
    'rsa-sha2-256': { key: 'ssh-rsa', digest: 'sha256' },
    'rsa-sha2-512': { key: 'ssh-rsa', digest: 'sha512' },
  }

/** Whether the key signed these bytes by this algorithm. ECDSA signatures are in DER form. SHA-1 is no algorithm. */
export function hasSigned(
  { type, key }: PublicKey,
  proof: {
    readonly algorithm: string
    readonly signed: Uint8Array
    readonly signature: Uint8Array
  },
): boolean {
  const known = Object.hasOwn(digests, proof.algorithm) ? digests[proof.algorithm] : undefined
  if (known?.key !== type) return false
  try {
    return verify(known.digest, proof.signed, key, proof.signature)
  } catch {
    return false
  }
}
