import { joined, type Segment } from './argument'

const simple: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  e: '\x1b',
  E: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '?': '?',
}

const escape =
  /\\(?:(?<octal>[0-7]{1,3})|x(?<hex>[0-9a-fA-F]{1,2})|u(?<short>[0-9a-fA-F]{1,4})|U(?<long>[0-9a-fA-F]{1,8})|(?<simple>[abeEfnrtv\\'"?])|(?<other>.))/gsu

/** What `$'…'` stands for in bash. Bytes beyond ASCII and control sequences are left unknown. */
export function decodeAnsiC(text: string): readonly Segment[] {
  const segments: Segment[] = []
  let read = 0
  for (const match of text.matchAll(escape)) {
    segments.push({ kind: 'text', text: text.slice(read, match.index) }, decoded(match))
    read = match.index + match[0].length
  }
  segments.push({ kind: 'text', text: text.slice(read) })
  return joined(segments).segments
}

function decoded(match: RegExpExecArray): Segment {
  const { octal, hex, short, long, simple: letter, other } = match.groups ?? {}
  if (letter !== undefined) return { kind: 'text', text: simple[letter] ?? '' }
  // `\cx` and `\x{…}` are left to the target; any other letter keeps its backslash.
  if (other !== undefined)
    return other === 'c' || other === 'x'
      ? { kind: 'unknown', many: false }
      : { kind: 'text', text: match[0] }
  const byte = octal ?? hex
  const code =
    byte === undefined ? parseInt(short ?? long ?? '', 16) : parseInt(byte, octal ? 8 : 16)
  const isCharacter =
    byte === undefined ? code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) : code < 0x80
  // NUL ends the string in some versions.
  return code === 0 || !isCharacter
    ? { kind: 'unknown', many: false }
    : { kind: 'text', text: String.fromCodePoint(code) }
}
