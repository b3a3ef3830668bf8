import { InternalError } from '@wardgate/errors'
import { createPublicKey, hash, sign, type KeyObject } from 'node:crypto'

/** C2SP signed-note: the algorithm byte of Ed25519. */
const ed25519 = 1

/** An Ed25519 key and the name that its signatures carry: no spaces and no plus sign. */
export interface NoteKey {
  readonly name: string
  readonly privateKey: KeyObject
}

/** The line by which a verifier trusts a key: `name+keyid+base64(0x01 || public key)` (C2SP signed-note). */
export function verifierKey(key: NoteKey): string {
  const encoded = encodedPublicKey(key)
  return `${key.name}+${keyId(key.name, encoded).toString('hex')}+${encoded.toString('base64')}`
}

/** The note: `text`, an empty line, and the signature line. `text` ends with a newline. */
export function signNote(text: string, key: NoteKey): string {
  if (!text.endsWith('\n')) throw new InternalError('the text of a note ends with a newline')
  const id = keyId(key.name, encodedPublicKey(key))
  const signature = sign(null, Buffer.from(text), key.privateKey)
  return `${text}\n\u2014 ${key.name} ${Buffer.concat([id, signature]).toString('base64')}\n`
}

function encodedPublicKey({ name, privateKey }: NoteKey): Buffer {
  if (!/^[^\s+]+$/u.test(name)) {
    throw new InternalError(`'${name}' is no key name: spaces and plus signs are not allowed`)
  }
  const { x, crv } = createPublicKey(privateKey).export({ format: 'jwk' })
  if (crv !== 'Ed25519' || x === undefined) {
    throw new InternalError('checkpoints are signed with an Ed25519 key')
  }
  return Buffer.concat([Buffer.of(ed25519), Buffer.from(x, 'base64url')])
}

function keyId(name: string, encodedKey: Buffer): Buffer {
  const input = Buffer.concat([Buffer.from(`${name}\n`), encodedKey])
  return hash('sha256', input, 'buffer').subarray(0, 4)
}
