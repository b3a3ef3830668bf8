import type { KeyedDigest } from './keyed'
import { isCardNumber, luhnCheckDigit } from './luhn'

const domainOfTokens = Buffer.from('tokenize\0')
const letters = 'abcdefghijklmnopqrstuvwxyz'
const emailLocalLetters = 12
const emailDomainLetters = 8

/**
 * A stand-in of the same shape, the same for equal values: digits for digits, letters for letters in their case,
 * ASCII punctuation and blanks as they were. No digit or letter stands where the value had it. An email address
 * becomes one under `.example`, which can belong to nobody (RFC 2606); addresses of one domain share a token domain.
 * A card number becomes one that passes Luhn.
 */
export function tokenizeText(text: string, digest: KeyedDigest): string {
  const at = text.lastIndexOf('@')
  if (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text)) {
    const local = lettersOf(stream(text, digest), emailLocalLetters)
    const domain = lettersOf(stream(text.slice(at + 1).toLowerCase(), digest), emailDomainLetters)
    return `${local}@${domain}.example`
  }
  const next = stream(text, digest)
  let token = ''
  for (const point of text) token += substitute(point, next)
  return isCard(text) ? withCheckDigit(token, text) : token
}

/** Digits with single separators between them, as cards are written. */
const cardForm = /^\d(?:[ .-]?\d){12,18}$/

function isCard(text: string): boolean {
  return cardForm.test(text) && isCardNumber(digitsOf(text))
}

function digitsOf(text: string): number[] {
  return (text.match(/\d/g) ?? []).map(Number)
}

/** The digit before the last gives way when the check digit would be the value's own. */
function withCheckDigit(token: string, value: string): string {
  const original = digitsOf(value)
  const digits = digitsOf(token)
  const before = digits.length - 2
  for (let step = 0; step < 10; step += 1) {
    const check = luhnCheckDigit(digits)
    const isOwn = digits[before] === original[before] || check === original.at(-1)
    if (!isOwn) {
      digits[digits.length - 1] = check
      break
    }
    digits[before] = ((digits[before] ?? 0) + 1) % 10
  }
  let at = 0
  return token.replace(/\d/g, () => String(digits[at++]))
}

function lettersOf(next: () => number, count: number): string {
  let word = ''
  while (word.length < count) word += letters.charAt(next() % letters.length)
  return word
}

function substitute(point: string, next: () => number): string {
  const code = point.codePointAt(0) ?? 0
  if (code >= 0x30 && code <= 0x39) return String((code - 0x30 + 1 + (next() % 9)) % 10)
  if (code >= 0x61 && code <= 0x7a) return shifted(code, 0x61, next())
  if (code >= 0x41 && code <= 0x5a) return shifted(code, 0x41, next())
  if (code < 0x80) return point
  if (/^\p{Lu}$/u.test(point)) return shifted(0x41, 0x41, next())
  if (/^\p{L}$/u.test(point)) return shifted(0x61, 0x61, next())
  if (/^\p{N}$/u.test(point)) return String(next() % 10)
  return '*'
}

function shifted(code: number, base: number, random: number): string {
  return String.fromCharCode(base + ((code - base + 1 + (random % 25)) % 26))
}

/** Bytes without end that depend on the key and the whole value. */
function stream(text: string, digest: KeyedDigest): () => number {
  let block = digest(Buffer.concat([domainOfTokens, Buffer.from(text)]))
  let at = 0
  return () => {
    if (at === block.length) {
      block = digest(block)
      at = 0
    }
    return block[at++] ?? 0
  }
}
