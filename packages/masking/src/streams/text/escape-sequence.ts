const [escape, bell, backslash] = [0x1b, 0x07, 0x5c]
/** Introducers of control strings (ECMA-48 8.3): DCS `P`, SOS `X`, OSC `]`, PM `^`, APC `_`. */
const strings = new Set([0x50, 0x58, 0x5d, 0x5e, 0x5f])

export interface EscapeSequence {
  /** Behind it; -1 = its end has not come. */
  readonly end: number
  /** Whether it carries text of its own, such as a title or a link. */
  readonly carriesText: boolean
}

/** The escape sequence that begins at `at` (ECMA-48 5). One that is malformed ends where it stops being one. */
export function escapeSequence(input: Uint8Array, at: number): EscapeSequence {
  const introducer = input[at + 1]
  if (introducer === undefined) return { end: -1, carriesText: false }
  if (strings.has(introducer)) return { end: endOfString(input, at + 2), carriesText: true }
  if (introducer === 0x5b) return controlSequence(input, at + 2)
  let end = at + 1
  while ((input[end] ?? 0) >= 0x20 && (input[end] ?? 0) <= 0x2f) end++
  if (end === input.length) return { end: -1, carriesText: false }
  const final = input[end] ?? 0
  return { end: final >= 0x30 && final <= 0x7e ? end + 1 : end, carriesText: false }
}

/** A control sequence by what stands behind its introducer. */
export function controlSequence(input: Uint8Array, start: number): EscapeSequence {
  return { end: endOfControl(input, start), carriesText: false }
}

/** CSI: parameters 0x30–0x3f, intermediates 0x20–0x2f, one final byte 0x40–0x7e. */
function endOfControl(input: Uint8Array, start: number): number {
  for (let at = start; at < input.length; at++) {
    const byte = input[at] ?? 0
    if (byte >= 0x40 && byte <= 0x7e) return at + 1
    if (byte < 0x20 || byte > 0x3f) return at
  }
  return -1
}

function endOfString(input: Uint8Array, start: number): number {
  for (let at = start; at < input.length; at++) {
    if (input[at] === bell) return at + 1
    if (input[at] === escape && at + 1 < input.length)
      return input[at + 1] === backslash ? at + 2 : at
  }
  return -1
}
