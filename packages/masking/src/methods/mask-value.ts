import type { MaskMethod } from '../plan'
import type { KeyedDigest } from './keyed'
import { partialText } from './partial'
import { tokenizeText } from './tokenize'

export const redacted = '[redacted]'

/** Bytes of the digest that a hashed value shows: 128 bits, as 32 hex digits. */
export const shownDigestBytes = 16

/** A text value as the client may see it; null = SQL NULL. */
export function maskText(text: string, method: MaskMethod, digest: KeyedDigest): string | null {
  switch (method.kind) {
    case 'redact':
      return redacted
    case 'null':
      return null
    case 'hash':
      return hashText(Buffer.from(text), digest)
    case 'tokenize':
      return tokenizeText(text, digest)
    case 'partial':
      return partialText(text, method)
  }
}

export function hashText(value: Uint8Array, digest: KeyedDigest): string {
  return digest(value).toString('hex', 0, shownDigestBytes)
}

const strictness: Readonly<Record<MaskMethod['kind'], number>> = {
  redact: 5,
  null: 4,
  hash: 3,
  tokenize: 2,
  partial: 1,
}

/** The method that shows less. */
export function stricter(a: MaskMethod, b: MaskMethod): MaskMethod {
  if (a.kind === 'partial' && b.kind === 'partial') {
    // Neither alone shows less for every value, so what both keep is kept.
    return {
      kind: 'partial',
      keepFirst: Math.min(a.keepFirst, b.keepFirst),
      keepLast: Math.min(a.keepLast, b.keepLast),
    }
  }
  return strictness[b.kind] > strictness[a.kind] ? b : a
}

export function isStricter(a: MaskMethod, b: MaskMethod): boolean {
  return strictness[a.kind] > strictness[b.kind]
}
