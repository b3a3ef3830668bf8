/** Shannon's entropy of a text's characters in bits a character. */
export function entropyOf(text: string, start: number, end: number): number {
  const counts = new Map<number, number>()
  for (let at = start; at < end; at += 1) {
    const code = text.charCodeAt(at)
    counts.set(code, (counts.get(code) ?? 0) + 1)
  }
  const length = end - start
  let bits = 0
  for (const count of counts.values()) bits -= (count / length) * Math.log2(count / length)
  return bits
}

export interface Mixture {
  readonly digits: number
  readonly uppers: number
  readonly lowers: number
  /** How often a digit, a capital and a small letter follow another kind of them. */
  readonly changes: number
}

/** What kinds of characters a word is made of. */
export function mixtureOf(text: string, start: number, end: number): Mixture {
  const counts = [0, 0, 0]
  let [changes, before] = [0, -1]
  for (let at = start; at < end; at += 1) {
    const kind = kindOf(text.charCodeAt(at))
    if (kind === -1) continue
    counts[kind] = (counts[kind] ?? 0) + 1
    if (before !== -1 && kind !== before) changes += 1
    before = kind
  }
  const [digits = 0, uppers = 0, lowers = 0] = counts
  return { digits, uppers, lowers, changes }
}

function kindOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return 0
  if (code >= 0x41 && code <= 0x5a) return 1
  return code >= 0x61 && code <= 0x7a ? 2 : -1
}
