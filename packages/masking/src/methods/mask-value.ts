import type { MaskMethod, WithinMethod } from '../plan'
import type { KeyedDigest } from './keyed'
import { partialText } from './partial'
import { shiftText } from './shift'
import { tokenizeText } from './tokenize'

export const redacted = '[redacted]'

/** Bytes of the digest that a hashed value shows: 128 bits, as 32 hex digits. */
export const shownDigestBytes = 16

/** A text value as the client may see it; null = SQL NULL. */
export function maskText(text: string, method: MaskMethod, digest: KeyedDigest): string | null {
  switch (method.kind) {
    case 'redact':
    case 'within':
      return redacted
    case 'null':
      return null
    case 'hash':
      return hashText(Buffer.from(text), digest)
    case 'tokenize':
      return tokenizeText(text, digest)
    case 'shift':
      return shiftText(text, method.days, digest) ?? redacted
    case 'partial':
      return partialText(text, method)
  }
}

export function hashText(value: Uint8Array, digest: KeyedDigest): string {
  return digest(value).toString('hex', 0, shownDigestBytes)
}

const strictness: Readonly<Record<MaskMethod['kind'], number>> = {
  redact: 6,
  null: 5,
  hash: 4,
  tokenize: 3,
  partial: 2,
  shift: 1,
  within: 0,
}

/** The method that shows less. */
export function stricter(a: MaskMethod, b: MaskMethod): MaskMethod {
  if (a.kind === 'partial' && b.kind === 'partial') {
    // Neither alone shows less for every value, so what both keep is kept.
    const width = Math.min(a.width ?? Infinity, b.width ?? Infinity)
    return {
      kind: 'partial',
      keepFirst: Math.min(a.keepFirst, b.keepFirst),
      keepLast: Math.min(a.keepLast, b.keepLast),
      ...(width < Infinity && { width }),
    }
  }
  if (a.kind === 'within' && b.kind === 'within') return { kind: 'within', parts: partsOf(a, b) }
  if (a.kind === 'shift' && b.kind === 'shift') return a.days >= b.days ? a : b
  return strictness[b.kind] > strictness[a.kind] ? b : a
}

/** Whether parts of the value stay as they were, so that a detector may still find something in it; `within` looks itself. */
export function keepsSomething({ kind }: MaskMethod): boolean {
  return kind === 'partial' || kind === 'tokenize' || kind === 'shift'
}

function partsOf(a: WithinMethod, b: WithinMethod): WithinMethod['parts'] {
  const isIn = (part: WithinMethod['parts'][number]) =>
    a.parts.some(({ path, method }) => path === part.path && isSame(method, part.method))
  return [...a.parts, ...b.parts.filter((part) => !isIn(part))]
}

/** Whether they do the same, whatever object says so. */
export function isSame(a: MaskMethod, b: MaskMethod): boolean {
  if (a.kind === 'partial' && b.kind === 'partial')
    return a.keepFirst === b.keepFirst && a.keepLast === b.keepLast && a.width === b.width
  if (a.kind === 'shift' && b.kind === 'shift') return a.days === b.days && a.by === b.by
  if (a.kind === 'within' && b.kind === 'within')
    return partsOf(a, b).length === a.parts.length && partsOf(b, a).length === b.parts.length
  return a.kind === b.kind
}

export function isStricter(a: MaskMethod, b: MaskMethod): boolean {
  return strictness[a.kind] > strictness[b.kind]
}
