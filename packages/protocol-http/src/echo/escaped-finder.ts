import { escapeAt, readEscapes, type Escape, type EscapedText } from './escape'

export interface Span {
  readonly start: number
  readonly end: number
}

/** Its end is undefined where the text ends within it. */
interface OpenSpan {
  readonly start: number
  readonly end: number | undefined
}

/** Longer ones than this on average are held back by nobody. */
const MAX_CHARACTERS_EACH = 12

/** Finds a secret that was written with any of its characters escaped, each in any way. Texts are bytes as Latin-1. */
export class EscapedFinder {
  readonly #secret: string
  readonly #places = new Map<number, number[]>()

  constructor(secret: string) {
    this.#secret = Buffer.from(secret).toString('latin1')
    for (let place = 0; place < this.#secret.length; place++) {
      const code = this.#secret.charCodeAt(place)
      this.#places.set(code, [...(this.#places.get(code) ?? []), place])
    }
  }

  /** With one escape at least; what has none is looked for as it is. */
  spansIn(text: EscapedText): readonly Span[] {
    const spans: Span[] = []
    let from = 0
    for (const escape of text.escapes) {
      if (escape.start < from) continue
      const span = this.#spanAround(escape, text)
      if (span?.end === undefined) continue
      spans.push({ start: span.start, end: span.end })
      from = span.end
    }
    return spans
  }

  /** How many bytes at the end may be the beginning of one. */
  pendingIn(bytes: Buffer): number {
    const from = Math.max(0, bytes.length - this.#secret.length * MAX_CHARACTERS_EACH)
    const tail = readEscapes(bytes.toString('latin1', from))
    const { text, escapes, cut } = tail
    for (const escape of escapes) {
      const span = this.#spanAround(escape, tail)
      if (span !== undefined && span.end === undefined) return text.length - span.start
    }
    if (cut === undefined) return 0
    return text.length - this.#startBefore(cut, text)
  }

  /** `escape` is the first in it, so that all before it is as it is. */
  #spanAround(escape: Escape, escaped: EscapedText): OpenSpan | undefined {
    const { text } = escaped
    for (const place of this.#places.get(escape.code) ?? []) {
      const start = escape.start - place
      if (start < 0 || !text.startsWith(this.#secret.slice(0, place), start)) continue
      const rest = this.#follow(escaped, escape.end, place + 1)
      if (rest !== undefined) return { start, end: rest === 'cut' ? undefined : rest }
    }
    return undefined
  }

  /** Where the rest of the secret, from `first` on, ends; undefined = something else follows. */
  #follow({ text, cut }: EscapedText, from: number, first: number): number | 'cut' | undefined {
    let at = from
    let isCut = false
    for (let place = first; place < this.#secret.length; place++) {
      // It may be a character as it is as well: a backslash, which ends the text.
      isCut ||= at === cut
      const code = this.#secret.charCodeAt(place)
      const escape = escapeAt(text, at)
      if (escape?.code === code) at = escape.end
      else if (isWrittenAs(code, text.charCodeAt(at))) at++
      else return isCut || at === text.length ? 'cut' : undefined
    }
    return at
  }

  /** Where the secret begins when the escape that is cut short at `cut` is its first. */
  #startBefore(cut: number, text: string): number {
    for (let place = Math.min(cut, this.#secret.length - 1); place > 0; place--)
      if (text.startsWith(this.#secret.slice(0, place), cut - place)) return cut - place
    return cut
  }
}

/** In forms and queries a space is a plus. */
function isWrittenAs(code: number, written: number): boolean {
  return written === code || (code === space && written === plus)
}

const space = 0x20
const plus = 0x2b
