import { malformed } from '../limits'

const endings: readonly (readonly [string, string])[] = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
]
const longestBeginning = 9
/** Longer than a tag has any need to be; its quotes are looked at again whenever more of it comes. */
const maxTagBytes = 64 * 1024

/** Behind the markup that begins at `start`; -1 when its end has not come. */
export function endOfMarkup(input: Buffer, start: number): number {
  const beginning = input.toString('latin1', start, start + longestBeginning)
  for (const [begin, end] of endings) {
    if (beginning.startsWith(begin)) {
      const found = input.indexOf(end, start + begin.length)
      return found === -1 ? -1 : found + end.length
    }
    if (begin.startsWith(beginning)) return -1
  }
  return endOfTag(input, start)
}

function endOfTag(input: Buffer, start: number): number {
  let quote = 0
  for (let at = start + 1; at < input.length; at++) {
    const byte = input[at] ?? 0
    if (quote !== 0) quote = byte === quote ? 0 : quote
    else if (byte === 0x22 || byte === 0x27) quote = byte
    else if (byte === 0x3e) return at + 1
    else if (byte === 0x3c) throw malformed('XML', 'a tag within a tag')
  }
  if (input.length - start > maxTagBytes) throw malformed('XML', 'a tag that does not end')
  return -1
}

export interface StartTag {
  readonly name: string
  readonly isEmpty: boolean
}

const attribute = `\\s+[^\\s=<>"'/]+\\s*=\\s*(?:"[^"<]*"|'[^'<]*')`
const form = new RegExp(`^<([^\\s<>/"'=!?]+)((?:${attribute})*)\\s*(/?)>$`)

export function startTag(text: string): StartTag | undefined {
  const match = form.exec(text)
  if (match === null) return undefined
  const [, name = '', , slash] = match
  return { name, isEmpty: slash === '/' }
}

const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

/** References that XML itself defines (4.1, 4.6). Another one stays as it is written. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(
    /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(lt|gt|amp|quot|apos));/gi,
    (all, hex: string | undefined, decimal: string | undefined, name: string | undefined) => {
      if (name !== undefined) return named[name] ?? all
      const code = hex === undefined ? Number(decimal) : parseInt(hex, 16)
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : all
    },
  )
}

export function encodeEntities(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
