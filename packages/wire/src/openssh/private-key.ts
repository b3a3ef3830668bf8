import { randomBytes, type KeyObject } from 'node:crypto'
import { ByteWriter } from '../byte-writer'
import { putString } from './strings'

const type = 'ssh-ed25519'
const blockBytes = 8

/** The public half of an Ed25519 key as SSH sends it (RFC 8709 section 4). */
export function publicBlobOf(key: KeyObject): Buffer {
  return blobOf(partsOf(key).point)
}

/**
 * An Ed25519 key without a passphrase in OpenSSH's own form (PROTOCOL.key), the only one in which OpenSSH and the SSH
 * library read such keys: magic, no cipher, no key derivation, one key, padded with 1, 2, 3….
 */
export function openSshPrivateKey(key: KeyObject, comment = ''): string {
  const { point, seed } = partsOf(key)
  const check = randomBytes(4)
  const secret = new ByteWriter().put(check).put(check)
  for (const part of [type, point, Buffer.concat([seed, point]), comment]) putString(secret, part)
  for (let next = 1; secret.length % blockBytes !== 0; next += 1) secret.u8(next)
  const file = new ByteWriter().put(Buffer.from('openssh-key-v1\0'))
  for (const part of ['none', 'none', '']) putString(file, part)
  putString(putString(file.u32(1), blobOf(point)), secret.finish())
  const lines =
    file
      .finish()
      .toString('base64')
      .match(/.{1,70}/g) ?? []
  const frame = (word: string) => `-----${word} OPENSSH PRIVATE KEY-----`
  return [frame('BEGIN'), ...lines, frame('END'), ''].join('\n')
}

function blobOf(point: Buffer): Buffer {
  return putString(putString(new ByteWriter(), type), point).finish()
}

function partsOf(key: KeyObject): { readonly point: Buffer; readonly seed: Buffer } {
  const { x = '', d = '' } = key.export({ format: 'jwk' })
  return { point: Buffer.from(x, 'base64url'), seed: Buffer.from(d, 'base64url') }
}
