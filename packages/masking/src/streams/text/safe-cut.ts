/** Bytes that are in no find of a built-in detector, nor next to one that matters: text may be cut behind them. */
const parting = new Uint8Array(256)
parting.fill(1, 0, 0x20)
for (const character of '":;,<>[]\\') parting[character.charCodeAt(0)] = 1

const [newline, blank, dash] = [0x0a, 0x20, 0x2d]
/** Longer than any find that has blanks in it, but for the armour of keys. */
const reach = 80

/**
 * The last place in [from, to) behind which text may be judged apart from what is before; -1 when there is none.
 * Patterns of a policy's own may hold anything but a line's end.
 */
export function lastSafeCut(
  input: Uint8Array,
  from: number,
  to: number,
  linesOnly: boolean,
): number {
  for (let at = to; at > from; at--) {
    const byte = input[at - 1] as number
    if (byte === newline) return at
    if (linesOnly) continue
    if (parting[byte] === 1) return at
    if (byte === blank && isPlainBefore(input, from, at)) return at
  }
  return -1
}

/** Whether no card, account or telephone number, and no armour, can have begun and go on behind a blank. */
function isPlainBefore(input: Uint8Array, from: number, at: number): boolean {
  let dashes = 0
  for (let i = Math.max(from, at - reach); i < at; i++) {
    const byte = input[i] as number
    // A digit, `+` or `(` begins every number that may have blanks.
    if ((byte >= 0x30 && byte <= 0x39) || byte === 0x2b || byte === 0x28) return false
    dashes = byte === dash ? dashes + 1 : 0
    if (dashes === 5) return false
  }
  return true
}
