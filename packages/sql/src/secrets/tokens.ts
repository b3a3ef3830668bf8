import { scanToken, tokenKind } from '../shape/scanner'

export interface Token {
  readonly kind: number
  readonly start: number
  readonly end: number
}

/** What the scanner leaves to the parser, because its escapes depend on a later UESCAPE; its borders do not. */
const unicode = /[uU]&(?:'(?:[^']|'')*'|"(?:[^"]|"")*")/y
/** n'…' and numbers that versions read differently. */
const unusual = /[nN](?=')|\.?\d[\w.]*/y

function unsureToken(text: string, start: number): Token | undefined {
  unicode.lastIndex = start
  if (unicode.test(text)) {
    const isString = text.charCodeAt(start + 2) === 39
    const kind = isString ? tokenKind.string : tokenKind.quoted
    return { kind, start, end: unicode.lastIndex }
  }
  unusual.lastIndex = start
  return unusual.test(text) ? { kind: tokenKind.word, start, end: unusual.lastIndex } : undefined
}

/** Words, constants and signs in their order, without blanks and comments; ends where nothing can be told any more. */
export function* tokensOf(text: string): Generator<Token> {
  for (let start = 0; start < text.length;) {
    const packed = scanToken(text, start)
    const kind = packed & 15
    const token =
      kind === tokenKind.unsure
        ? unsureToken(text, start)
        : { kind, start, end: (packed - kind) / 16 }
    if (token === undefined) return
    if (token.kind !== tokenKind.space) yield token
    start = token.end
  }
}
