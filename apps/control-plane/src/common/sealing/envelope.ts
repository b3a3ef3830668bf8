import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { InternalError } from '@wardgate/errors'

const algorithm = 'aes-256-gcm'
const format = 1
const nonceBytes = 12
const tagBytes = 16
export const keyBytes = 32

export type Bytes = Uint8Array<ArrayBuffer>

/** format (1 byte) | nonce (12) | ciphertext | tag (16). Opens only with the same associated data. */
export function encrypt(key: Uint8Array, plaintext: Uint8Array, associated: string): Bytes {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes })
  cipher.setAAD(Buffer.from(associated))
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()])
  return new Uint8Array(
    Buffer.concat([Uint8Array.of(format), nonce, ciphertext, cipher.getAuthTag()]),
  )
}

/** Throws InternalError when the key, the associated data or any byte differs. */
export function decrypt(key: Uint8Array, sealed: Uint8Array, associated: string): Bytes {
  if (sealed.length < 1 + nonceBytes + tagBytes || sealed[0] !== format)
    throw new InternalError('sealed data has an unknown format')
  const nonce = sealed.subarray(1, 1 + nonceBytes)
  const decipher = createDecipheriv(algorithm, key, nonce, { authTagLength: tagBytes })
  decipher.setAAD(Buffer.from(associated))
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes))
  try {
    const ciphertext = sealed.subarray(1 + nonceBytes, sealed.length - tagBytes)
    return new Uint8Array(Buffer.concat([decipher.update(ciphertext), decipher.final()]))
  } catch (cause) {
    throw new InternalError(
      'sealed data does not open: it was altered, moved or sealed otherwise',
      {
        cause,
      },
    )
  }
}
