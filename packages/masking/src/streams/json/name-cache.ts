import { asBuffer } from '../../bytes'

export interface CachedName {
  readonly bytes: Uint8Array
  readonly text: string
  /** As the client may see it. */
  readonly shown: string
}

const maxNames = 4_096
/** Longer ones are seldom repeated. */
const maxBytes = 64

/** The names of members: a document has few, and each of them often. */
export class NameCache {
  readonly #names = new Map<number, CachedName>()

  /** Undefined when it is not known; then `add` it. */
  find(input: Uint8Array, start: number, end: number): CachedName | undefined {
    const known = this.#names.get(hashOf(input, start, end))
    if (known?.bytes.length !== end - start) return undefined
    for (let i = 0; i < known.bytes.length; i++)
      if (known.bytes[i] !== input[start + i]) return undefined
    return known
  }

  add(input: Uint8Array, start: number, end: number, name: Omit<CachedName, 'bytes'>): CachedName {
    const bytes = Buffer.from(asBuffer(input).subarray(start, end))
    const entry = { bytes, ...name }
    if (bytes.length > maxBytes) return entry
    if (this.#names.size >= maxNames) this.#names.clear()
    this.#names.set(hashOf(input, start, end), entry)
    return entry
  }
}

/** FNV-1a. */
function hashOf(input: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (input[i] as number), 0x01000193)
  return hash
}
