import { scanToken, tokenKind } from './scanner'

/** Longer texts are not worth a key: their memo would cost more than their decision. */
export const maxShapeLength = 16_384

/**
 * Characters of a constant that count as one. How long it is decides whether it can be joined to a masked value, so
 * longer ones are told apart by their length.
 */
export const shortConstant = 64

const rowStatements = new Set(['select', 'insert', 'update', 'delete', 'merge', 'with', 'values'])

/** Placeholders are control characters, which no token outside quotes can contain. */
const placeholders: Readonly<Record<number, string>> = {
  [tokenKind.number]: '\u0001',
  [tokenKind.string]: '\u0002',
  [tokenKind.bits]: '\u0003',
}

const openBracket = 0x28
const semicolon = 0x3b

function isConstant(kind: number): boolean {
  return kind === tokenKind.number || kind === tokenKind.string || kind === tokenKind.bits
}

/**
 * The statement with its constants replaced and its comments and blanks made one. Two texts with one key parse to the
 * same tree but for constants. Undefined when that is not certain: more than one statement, statements that are not
 * queries, constants that continue over lines, or anything that the scanner is unsure of.
 */
export function shapeKey(text: string): string | undefined {
  return text.length > maxShapeLength ? undefined : new ShapeScan(text).key()
}

/** Copies runs of the text and cuts out what does not count: this runs on every statement. */
class ShapeScan {
  readonly #text: string
  #key = ''
  /** The run that goes into the key as it is begins here. */
  #from = 0
  #isFirst = true
  #hasEnded = false
  #wasSpace = true
  #wasConstant = false
  /** Behind `float` and its bracket: float(24) and float(53) are different types. */
  #isPrecision = false

  constructor(text: string) {
    this.#text = text
  }

  key(): string | undefined {
    const text = this.#text
    for (let start = 0; start < text.length;) {
      const token = scanToken(text, start)
      if (token === 0) return undefined
      const kind = token & 15
      const end = (token - kind) / 16
      if (kind === tokenKind.space) this.#space(start, end)
      else if (!this.#token(kind, start, end)) return undefined
      start = end
    }
    if (this.#isFirst) return undefined
    if (!this.#hasEnded) this.#cut(text.length, text.length)
    // trimEnd would also take blanks beyond ASCII, which are letters of a name to PostgreSQL.
    return this.#wasSpace && this.#key.endsWith(' ') ? this.#key.slice(0, -1) : this.#key
  }

  /** One blank between tokens stays in the run; comments and other blanks become one. */
  #space(start: number, end: number): void {
    const isBlank = end - start === 1 && this.#text.charCodeAt(start) === 32
    if (!isBlank || this.#wasSpace) {
      this.#cut(start, end)
      if (!this.#wasSpace) this.#key += ' '
    }
    this.#wasSpace = true
  }

  /** False = there is no key. */
  #token(kind: number, start: number, end: number): boolean {
    const text = this.#text
    if (this.#hasEnded) return false
    if (this.#isFirst && !beginsQuery(kind, text.slice(start, end))) return false
    this.#isFirst = false
    this.#wasSpace = false
    if (isConstant(kind)) {
      if (this.#wasConstant) return false
      this.#wasConstant = true
      if (kind === tokenKind.number && this.#isPrecision) return true
      this.#cut(start, end)
      this.#key += placeholders[kind] ?? ''
      if (end - start > shortConstant)
        this.#key += `\u0004${Math.ceil((end - start) / shortConstant)}\u0004`
      return true
    }
    this.#wasConstant = false
    const code = text.charCodeAt(start)
    if (kind === tokenKind.word) this.#isPrecision = isFloat(text, start, end)
    else if (code !== openBracket) this.#isPrecision = false
    if (kind === tokenKind.punctuation && code === semicolon) {
      this.#cut(start, end)
      this.#hasEnded = true
    }
    return true
  }

  /** Ends the run before `[start, end)`; the next one begins behind it. */
  #cut(start: number, end: number): void {
    if (start > this.#from) this.#key += this.#text.slice(this.#from, start)
    this.#from = end
  }
}

function beginsQuery(kind: number, word: string): boolean {
  return kind === tokenKind.word && rowStatements.has(word.toLowerCase())
}

function isFloat(text: string, start: number, end: number): boolean {
  return end - start === 5 && text.slice(start, end).toLowerCase() === 'float'
}
