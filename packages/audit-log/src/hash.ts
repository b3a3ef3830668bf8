import { hash } from 'node:crypto'

/** Bytes of one SHA-256 hash. */
export const hashBytes = 32

/** The root of the empty tree: SHA-256 of nothing (RFC 6962 2.1). */
export const emptyRoot: Uint8Array = hash('sha256', '', 'buffer')

/** RFC 6962 2.1: SHA-256(0x00 || leaf). */
export function leafHash(leaf: string | Uint8Array): Uint8Array {
  if (typeof leaf === 'string') return digest('\0' + leaf)
  const input = new Uint8Array(leaf.length + 1)
  input.set(leaf, 1)
  return digest(input)
}

/** By way of a string: the one-shot hash makes its own Buffers at three times the cost of the digest. */
function digest(input: string | Uint8Array): Uint8Array {
  return Buffer.from(hash('sha256', input, 'binary'), 'latin1')
}

// One buffer for all: the call is synchronous and keeps nothing of it.
const pair = new Uint8Array(1 + 2 * hashBytes)
pair[0] = 1

/** RFC 6962 2.1: SHA-256(0x01 || left || right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  pair.set(left, 1)
  pair.set(right, 1 + hashBytes)
  return digest(pair)
}

/** The same of two hashes that lie one after another; it takes the place of the first. Makes no objects. */
export function joinHashes(hashes: Buffer, at: number): void {
  for (let i = 0; i < 2 * hashBytes; i++) pair[i + 1] = hashes[at + i] ?? 0
  hashes.write(hash('sha256', pair, 'binary'), at, 'latin1')
}

/** Hashes that lie one after another, each where it lies. */
export function unpackHashes(bytes: Uint8Array): Uint8Array[] {
  const count = Math.floor(bytes.length / hashBytes)
  return Array.from({ length: count }, (_, at) =>
    bytes.subarray(at * hashBytes, (at + 1) * hashBytes),
  )
}

export function equalHashes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}
