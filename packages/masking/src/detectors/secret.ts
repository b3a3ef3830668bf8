import { isAlphanumericCode, type Detector, type Found } from './detector'
import { entropyOf, mixtureOf } from './entropy'

/** Shorter words are too often something else. */
const shortestNamed = 8
const shortestUnnamed = 20
/** Random letters and digits have more bits a character than words and names do. */
const leastBitsUnnamed = 3.5
const leastBitsNamed = 2.75
/** Random letters and digits change their kind at 6 of 10 places, and seldom at fewer than 4; identifiers at 3. */
const leastChanges = 0.36

/** Words that say that a secret follows, as settings, logs and JSON write them. */
const naming =
  /(?:secret|token|passw(?:or)?d|passphrase|pwd|credential|(?:api|access|account|auth|encryption|private|secret|signing)[_-]?key)[a-z_]{0,12}["']?(?: {0,3}[:=]{1,2}>? {0,3}|["'>]{1,2} {0,3})["']?/gi
const bearing = /\b(?:bearer|basic) {1,3}/gi
/** RFC 3986 3.2.1: what stands between the colon and the @ of an authority. */
const inAddress = /[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@"']{1,64}:([^\s/@"']{3,128})@/gi

/** Secrets that name no issuer: random words, and what a setting called password, token or key holds. */
export const secret: Detector = {
  name: 'secret',
  possible: ({ longestWord, length }) => longestWord >= 3 && length >= shortestNamed,
  find(text, found) {
    findUnnamed(text, found)
    for (const lead of [naming, bearing]) findAfter(text, lead, found)
    inAddress.lastIndex = 0
    for (let match = inAddress.exec(text); match !== null; match = inAddress.exec(text)) {
      const end = inAddress.lastIndex - 1
      found(end - (match[1]?.length ?? 0), end)
    }
  },
}

function findAfter(text: string, lead: RegExp, found: Found): void {
  lead.lastIndex = 0
  for (let match = lead.exec(text); match !== null; match = lead.exec(text)) {
    const start = lead.lastIndex
    const end = endOfValue(text, start)
    if (end - start >= shortestNamed && looksChosen(text, start, end)) found(start, end)
    lead.lastIndex = Math.max(start, end)
  }
}

/** A value that somebody made up: no placeholder and no plain word, nor several. */
function looksChosen(text: string, start: number, end: number): boolean {
  const { digits, uppers, lowers } = mixtureOf(text, start, end)
  const kinds = [digits, uppers, lowers, end - start - digits - uppers - lowers]
  const mixed = kinds.filter((count) => count > 0).length
  const isMixed = (mixed >= 2 && digits > 0) || mixed >= 3
  return isMixed && entropyOf(text, start, end) >= leastBitsNamed
}

function endOfValue(text: string, start: number): number {
  let end = start
  while (end < text.length && !isEnd(text.charCodeAt(end))) end += 1
  return end
}

/** Blanks, quotes, commas, semicolons, ampersands, brackets and what XML begins a tag with. */
function isEnd(code: number): boolean {
  return code <= 0x20 || code >= 0x7f || `"',;&<>()[]{}`.includes(String.fromCharCode(code))
}

function findUnnamed(text: string, found: Found): void {
  for (let at = 0; at < text.length;) {
    if (!isTokenCode(text.charCodeAt(at))) {
      at += 1
      continue
    }
    const start = at
    while (at < text.length && isTokenCode(text.charCodeAt(at))) at += 1
    while (at < text.length && text.charCodeAt(at) === equals) at += 1
    if (at - start >= shortestUnnamed && looksRandom(text, start, at)) found(start, at)
  }
}

const equals = 0x3d

/** Letters, digits and the other characters of Base64 and Base64url. */
function isTokenCode(code: number): boolean {
  return (
    isAlphanumericCode(code) || code === 0x2b || code === 0x2f || code === 0x5f || code === 0x2d
  )
}

function looksRandom(text: string, start: number, end: number): boolean {
  const { digits, uppers, lowers, changes } = mixtureOf(text, start, end)
  if (digits < 2 || uppers < 2 || lowers < 2) return false
  if (changes < leastChanges * (end - start)) return false
  return entropyOf(text, start, end) >= leastBitsUnnamed
}
