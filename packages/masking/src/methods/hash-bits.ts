import type { KeyedDigest } from './keyed'

/** What every reader of numbers keeps exactly, and more than can be guessed through. */
const bits = 48

/** A keyed digest as a whole number in decimal; never the number it stands for. */
export function hashBits(value: string, digest: KeyedDigest): string {
  const number = digest(Buffer.from(value)).readUIntBE(0, bits / 8)
  return String(String(number) === value ? number + 1 : number)
}
