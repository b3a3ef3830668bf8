/**
 * Text that others wrote, cut into what may be shown as it is and what must be shown as a code point: a statement must
 * not look like another one than it is (Unicode TR 36, "Trojan Source").
 */
export type Segment =
  | { readonly kind: 'plain' | 'foreign'; readonly text: string }
  | { readonly kind: 'hidden'; readonly codePoint: string; readonly name: string }

const names: Readonly<Record<number, string>> = {
  0x00: 'NUL',
  0x07: 'BEL',
  0x08: 'BACKSPACE',
  0x0d: 'CR',
  0x1b: 'ESC',
  0x7f: 'DELETE',
  0x85: 'NEXT LINE',
  0x9b: 'CSI',
  0xa0: 'NO-BREAK SPACE',
  0xad: 'SOFT HYPHEN',
  0x061c: 'ARABIC LETTER MARK',
  0x200b: 'ZERO WIDTH SPACE',
  0x200c: 'ZERO WIDTH NON-JOINER',
  0x200d: 'ZERO WIDTH JOINER',
  0x200e: 'LEFT-TO-RIGHT MARK',
  0x200f: 'RIGHT-TO-LEFT MARK',
  0x2028: 'LINE SEPARATOR',
  0x2029: 'PARAGRAPH SEPARATOR',
  0x202a: 'LEFT-TO-RIGHT EMBEDDING',
  0x202b: 'RIGHT-TO-LEFT EMBEDDING',
  0x202c: 'POP DIRECTIONAL FORMATTING',
  0x202d: 'LEFT-TO-RIGHT OVERRIDE',
  0x202e: 'RIGHT-TO-LEFT OVERRIDE',
  0x2060: 'WORD JOINER',
  0x2066: 'LEFT-TO-RIGHT ISOLATE',
  0x2067: 'RIGHT-TO-LEFT ISOLATE',
  0x2068: 'FIRST STRONG ISOLATE',
  0x2069: 'POP DIRECTIONAL ISOLATE',
  0xfeff: 'BYTE ORDER MARK',
}

// Everything that has no ink of its own, or changes the ink of its neighbours; line feed, tab and space are as expected.
const hidden =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}|\p{M}/u
const expected = new Set(['\n', '\t', ' '])
const pieces = /[\n\t -~]+|[^\n\t -~]/gu

export function showCharacters(rawText: string): readonly Segment[] {
  const segments: Segment[] = []
  let foreign = ''
  const flush = () => {
    if (foreign) segments.push({ kind: 'foreign', text: foreign })
    foreign = ''
  }
  for (const [piece] of rawText.matchAll(pieces)) {
    const isPlain = piece.charCodeAt(0) < 0x7f && (expected.has(piece[0] ?? '') || piece >= ' ')
    if (!isPlain && !hidden.test(piece)) {
      foreign += piece
      continue
    }
    flush()
    segments.push(isPlain ? { kind: 'plain', text: piece } : hiddenSegment(piece))
  }
  flush()
  return segments
}

/** How many characters need a warning, without keeping any of them: texts can be megabytes. */
export function census(rawText: string): { readonly hidden: number; readonly foreign: number } {
  let [hiddenCount, foreign] = [0, 0]
  for (const [character] of rawText.matchAll(/[^\n\t -~]/gu)) {
    if (hidden.test(character)) hiddenCount += 1
    else foreign += 1
  }
  return { hidden: hiddenCount, foreign }
}

function hiddenSegment(character: string): Segment {
  const code = character.codePointAt(0) ?? 0
  const hex = code.toString(16).toUpperCase().padStart(4, '0')
  return { kind: 'hidden', codePoint: `U+${hex}`, name: names[code] ?? '' }
}

/** The same on one line and as a string, for titles and table cells. */
export function oneLine(rawText: string, most = 200): string {
  const start = rawText.slice(0, most)
  const shown = showCharacters(start.replaceAll(/[\n\t ]+/g, ' ').trim())
    .map((segment) => (segment.kind === 'hidden' ? `⟨${segment.codePoint}⟩` : segment.text))
    .join('')
  return rawText.length > most ? `${shown} …` : shown
}

export interface Excerpt {
  readonly head: string
  readonly tail: string
  readonly leftOutCharacters: number
  readonly leftOutLines: number
}

/** A browser does not survive more, least of all when every character needs a mark. */
export const mostShown = 200_000

const headLines = 30
const tailLines = 10
const headCharacters = 4_000
const tailCharacters = 1_000

/** Head and tail of a text that is too long to be read at a glance; undefined when it is not. */
export function excerpt(rawText: string): Excerpt | undefined {
  const headEnd = Math.min(endOfLine(rawText, headLines), headCharacters)
  const tailStart = Math.max(startOfTail(rawText, tailLines), rawText.length - tailCharacters)
  if (headEnd >= tailStart) return undefined
  const middle = rawText.slice(headEnd, tailStart)
  return {
    head: rawText.slice(0, headEnd),
    tail: rawText.slice(tailStart),
    leftOutCharacters: middle.length,
    leftOutLines: middle.split('\n').length - 1,
  }
}

function endOfLine(text: string, lines: number): number {
  let at = 0
  for (let line = 0; line < lines; line += 1) {
    const next = text.indexOf('\n', at)
    if (next < 0) return text.length
    at = next + 1
  }
  return at
}

function startOfTail(text: string, lines: number): number {
  let at = text.length
  for (let line = 0; line < lines; line += 1) {
    if (at <= 0) return 0
    at = text.lastIndexOf('\n', at - 1)
    if (at < 0) return 0
  }
  return at + 1
}
