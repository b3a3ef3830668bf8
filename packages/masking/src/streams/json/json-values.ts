import { hashBits } from '../../methods/hash-bits'
import type { KeyedDigest } from '../../methods/keyed'
import type { MaskMethod } from '../../plan'

/** What stands for a masked object or array: its members say nothing once they are gone. */
export function maskedContainer(isObject: boolean, method: MaskMethod): string {
  if (method.kind === 'null') return 'null'
  return isObject ? '{}' : '[]'
}

/** A masked number is a number, so that clients still read it: zero, or a keyed digest where values are to be joined. */
export function maskedNumber(token: string, method: MaskMethod, digest: KeyedDigest): string {
  if (method.kind === 'null') return 'null'
  if (method.kind !== 'hash' && method.kind !== 'tokenize') return '0'
  return hashBits(token, digest)
}

/** null stays null, as it does in rows. */
export function maskedLiteral(token: string, method: MaskMethod): string {
  return method.kind === 'null' || token === 'null' ? 'null' : 'false'
}
