import { controlSequence, type EscapeSequence } from './escape-sequence'

/** U+009B, which terminals take for the two bytes that begin a control sequence (ECMA-48 5.4). */
const introducer = [0xc2, 0x9b] as const

/** Soft hyphen; zero-width spaces, joiners and marks of direction; word joiner and such; variation selectors; BOM. */
const sequences: readonly (readonly [bytes: readonly number[], last: readonly [number, number]])[] =
  [
    [[0xc2], [0xad, 0xad]],
    [
      [0xe2, 0x80],
      [0x8b, 0x8f],
    ],
    [
      [0xe2, 0x80],
      [0xaa, 0xae],
    ],
    [
      [0xe2, 0x81],
      [0xa0, 0xaf],
    ],
    [
      [0xef, 0xb8],
      [0x80, 0x8f],
    ],
    [
      [0xef, 0xbb],
      [0xbf, 0xbf],
    ],
  ]
const leads = new Set([0xc2, 0xe2, 0xef])

/** The character at `at` that a terminal shows nothing of, in UTF-8; undefined when it shows something. */
export function invisibleAt(input: Uint8Array, at: number): EscapeSequence | undefined {
  if (!leads.has(input[at] ?? 0)) return undefined
  if (input[at] === introducer[0] && input[at + 1] === introducer[1])
    return controlSequence(input, at + introducer.length)
  for (const [bytes, [from, to]] of sequences) {
    const known = bytes.every((byte, index) => (input[at + index] ?? byte) === byte)
    if (!known) continue
    const last = input[at + bytes.length]
    // The rest of it has not come.
    if (at + bytes.length >= input.length) return { end: -1, carriesText: false }
    if (last !== undefined && last >= from && last <= to)
      return { end: at + bytes.length + 1, carriesText: false }
  }
  return undefined
}
