import { createPublicKey, hash, verify, type KeyObject } from 'node:crypto'

/** C2SP signed-note: the algorithm byte of Ed25519. */
const ed25519 = 1
const hashBytes = 32
const maxNoteLength = 65_536

export interface TrustedKey {
  readonly name: string
  readonly id: Buffer
  readonly publicKey: KeyObject
}

export interface VerifiedCheckpoint {
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array
}

/** Reads `name+keyid+base64` (C2SP signed-note). Undefined when it is no Ed25519 verifier key. */
export function parseVerifierKey(line: string): TrustedKey | undefined {
  const match = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/u.exec(line)
  const [, name = '', id = '', encoded = ''] = match ?? []
  const key = decodeBase64(encoded)
  if (match === null || key?.length !== 1 + hashBytes || key[0] !== ed25519) return undefined
  if (keyId(name, key).toString('hex') !== id) return undefined
  const x = key.subarray(1).toString('base64url')
  const publicKey = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x } })
  return { name, id: Buffer.from(id, 'hex'), publicKey }
}

/**
 * The checkpoint in a signed note, when a trusted key that bears the log's own name signed it; otherwise why not.
 * Signatures by other keys are not looked at.
 */
export function openCheckpoint(
  unverifiedNote: string,
  trusted: readonly TrustedKey[],
): VerifiedCheckpoint | string {
  if (unverifiedNote.length > maxNoteLength) return 'the checkpoint is too long'
  const split = unverifiedNote.lastIndexOf('\n\n')
  if (split === -1) return 'the checkpoint is no signed note'
  const text = unverifiedNote.slice(0, split + 1)
  const checkpoint = parseText(text)
  if (checkpoint === undefined) return 'the checkpoint is malformed'
  const keys = trusted.filter(({ name }) => name === checkpoint.origin)
  if (keys.length === 0) return `the checkpoint is of '${checkpoint.origin}', which is not trusted`
  const signatures = signaturesOf(unverifiedNote.slice(split + 2))
  if (signatures === undefined) return 'the signatures of the checkpoint are malformed'
  for (const { name, bytes } of signatures) {
    const key = keys.find((k) => k.name === name && k.id.equals(bytes.subarray(0, 4)))
    if (key === undefined) continue
    // A trusted name with a wrong signature is an attack, whatever else signed.
    if (!verify(null, Buffer.from(text), key.publicKey, bytes.subarray(4))) {
      return 'the signature of the checkpoint does not verify'
    }
    return checkpoint
  }
  return 'no trusted key signed the checkpoint'
}

/** C2SP tlog-checkpoint: origin, size, root, and lines of extensions that mean nothing to us. */
function parseText(text: string): VerifiedCheckpoint | undefined {
  const [origin = '', size = '', encodedRoot = ''] = text.split('\n')
  const root = decodeBase64(encodedRoot)
  if (origin === '' || !/^(?:0|[1-9]\d{0,15})$/.test(size) || root?.length !== hashBytes) {
    return undefined
  }
  // The empty tree has one root (RFC 6962 2.1).
  if (size === '0' && !root.equals(hash('sha256', '', 'buffer'))) return undefined
  return { origin, size: Number(size), root }
}

function signaturesOf(lines: string): { name: string; bytes: Buffer }[] | undefined {
  if (!lines.endsWith('\n')) return undefined
  const signatures = []
  for (const line of lines.slice(0, -1).split('\n')) {
    const [, name, encoded = ''] = /^\u2014 (\S+) (\S+)$/u.exec(line) ?? []
    const bytes = decodeBase64(encoded)
    if (name === undefined || bytes === undefined || bytes.length < 5) return undefined
    signatures.push({ name, bytes })
  }
  return signatures
}

function keyId(name: string, encodedKey: Buffer): Buffer {
  return hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), encodedKey]), 'buffer').subarray(
    0,
    4,
  )
}

/** Undefined for anything but the one standard spelling of the bytes. */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}
