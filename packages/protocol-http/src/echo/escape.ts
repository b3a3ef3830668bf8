/** One character that a writer of text has escaped: what it stands for, and where it is. */
export interface Escape {
  readonly code: number
  readonly start: number
  readonly end: number
}

/** A text and what is escaped in it, read once for all that is looked for there. */
export interface EscapedText {
  readonly text: string
  /** In order. */
  readonly escapes: readonly Escape[]
  /** Where one begins that the end of the text cuts short; undefined = none does. */
  readonly cut: number | undefined
}

/** How writers escape one character; the group is its code in `radix`, or the character. */
const escapes = [
  // Percent-encoded, and that again and again.
  { text: '%(?:25){0,6}([0-9a-f]{2})', radix: 16 },
  // JSON and JavaScript, within each other too.
  { text: String.raw`\\{1,8}(?:u00|u\{0{0,4}|x)([0-9a-f]{2})\}?`, radix: 16 },
  { text: String.raw`\\{1,8}(["'/])`, radix: 0 },
  // HTML and XML.
  { text: '&(?:amp;)?#x0{0,4}([0-9a-f]{2});', radix: 16 },
  { text: '&(?:amp;)?#0{0,4}([0-9]{2,3});', radix: 10 },
  { text: '&(?:amp;)?(quot|amp|lt|gt|apos);', radix: 0 },
  // Quoted-printable.
  { text: '=([0-9a-f]{2})', radix: 16 },
] as const
const any = escapes.map(({ text }) => text).join('|')
const everywhere = new RegExp(any, 'gi')
const here = new RegExp(any, 'iy')

/** What is left of a text that ends within one. */
const cut = new RegExp(
  [
    '(?:%(?:25){0,6}[0-9a-f]?',
    String.raw`\\{1,8}(?:u0{0,2}[0-9a-f]?|u\{0{0,4}[0-9a-f]{0,2}|x[0-9a-f]?)?`,
    '&(?:amp;)?(?:#x?[0-9a-f]{0,6}|[a-z]{0,4})',
    '=[0-9a-f]?)$',
  ].join('|'),
  'i',
)
const MAX_ESCAPE_CHARACTERS = 24

const names: Readonly<Record<string, string>> = {
  quot: '"',
  amp: '&',
  lt: '<',
  gt: '>',
  apos: "'",
}

export function readEscapes(text: string): EscapedText {
  return { text, escapes: Array.from(text.matchAll(everywhere), escapeOf), cut: cutEscapeIn(text) }
}

/** The one that begins at `at`. */
export function escapeAt(text: string, at: number): Escape | undefined {
  here.lastIndex = at
  const match = here.exec(text)
  return match === null ? undefined : escapeOf(match)
}

function cutEscapeIn(text: string): number | undefined {
  const from = Math.max(0, text.length - MAX_ESCAPE_CHARACTERS)
  const match = cut.exec(text.slice(from))
  return match === null ? undefined : from + match.index
}

function escapeOf(match: RegExpExecArray): Escape {
  const [whole, ...groups] = match
  const group = groups.findIndex((found) => (found as string | undefined) !== undefined)
  const written = groups[group] ?? ''
  const radix = escapes[group]?.radix ?? 0
  const code =
    radix === 0
      ? (names[written.toLowerCase()] ?? written).charCodeAt(0)
      : Number.parseInt(written, radix)
  return { code, start: match.index, end: match.index + whole.length }
}
