import type { KeyedDigest } from './keyed'
import { isCardNumber, luhnCheckDigit } from './luhn'

const domainOfNumbers = Buffer.from('tokenize number\0')
/** The largest values of int2, int4 and int8: a token stays on its side of them, so it fits wherever the value did. */
const borders = [32_767n, 2_147_483_647n, 9_223_372_036_854_775_807n]

/**
 * A whole number with as many digits, the same for equal values of every type that holds them, and never the value
 * itself; a card number stays one that passes Luhn. Undefined when the text is no whole number.
 */
export function tokenizeInteger(text: string, digest: KeyedDigest): string | undefined {
  const parts = /^(-?)(0|[1-9]\d*)$/.exec(text)
  const [, sign = '', magnitude = ''] = parts ?? []
  if (parts === null || magnitude.length > maxDigits) return undefined
  const value = BigInt(magnitude)
  const { least, most } = rangeOf(value, magnitude.length, sign === '-')
  const isCard = isCardNumber(digitsOf(magnitude))
  let block = digest(Buffer.concat([domainOfNumbers, Buffer.from(text)]))
  for (let tries = 0; tries < maxTries; tries += 1) {
    const random = BigInt(`0x${block.toString('hex')}`)
    const token = withCheckDigit(least + (random % (most - least + 1n)), isCard)
    if (token !== value && token >= least && token <= most) return sign + String(token)
    block = digest(block)
  }
  return undefined
}

/** What one digest spreads evenly over. */
const maxDigits = 60
/** Each fails by chance at most once in ten. */
const maxTries = 64

function rangeOf(value: bigint, digits: number, isNegative: boolean) {
  let least = digits === 1 ? 0n : 10n ** BigInt(digits - 1)
  let most = 10n ** BigInt(digits) - 1n
  for (const positive of borders) {
    // Two's complement has one negative number more.
    const border = isNegative ? positive + 1n : positive
    if (border < least || border >= most) continue
    if (value <= border) most = border
    else least = border + 1n
  }
  return { least, most }
}

function withCheckDigit(token: bigint, isCard: boolean): bigint {
  if (!isCard) return token
  const digits = digitsOf(String(token))
  return token - (token % 10n) + BigInt(luhnCheckDigit(digits))
}

function digitsOf(text: string): number[] {
  return Array.from(text, Number)
}
