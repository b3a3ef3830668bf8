import { isDigitCode, isWordCode, type Detector, type Found } from './detector'

/** E.164: 7 to 15 digits with the country code. */
const minDigits = 7
const maxDigits = 15
const maxLength = 32

/** The North American form with separators: 202-555-0143, (202) 555-0143, 202.555.0143. */
const northAmerican = /(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[-. ])[2-9]\d{2}[-. ]\d{4}/g

/** Words that say that a number follows, as forms, settings and JSON write them, in the languages of the larger markets. */
const naming =
  /(?:^|[^a-z])(?:tele?(?:phone|fono|fon|fone|foon)?|phone|mobile|mobil|cell|fax|handy|whatsapp|m[oó]vil|celular|portable|t[eé]l)(?:[_ -]?(?:no|number|nr|num))?\.?["']?(?: {0,3}[:=]{1,2}>? {0,3}|["'>]{1,2} {0,3}| {1,2})["']?(?=[(0-9])/gi

/**
 * Telephone numbers that say they are: with a plus sign, in the North American form, or behind a word for them. Bare
 * digits are too common to be told apart.
 */
export const phone: Detector = {
  name: 'phone',
  possible: ({ digits }) => digits >= minDigits,
  find(text, found) {
    for (let plus = text.indexOf('+'); plus !== -1; plus = text.indexOf('+', plus + 1)) {
      if (!isWordCode(text.charCodeAt(plus - 1))) findNumber(text, plus, plus + 1, found)
    }
    naming.lastIndex = 0
    while (naming.exec(text) !== null) findNumber(text, naming.lastIndex, naming.lastIndex, found)
    northAmerican.lastIndex = 0
    for (let m = northAmerican.exec(text); m !== null; m = northAmerican.exec(text)) {
      const end = northAmerican.lastIndex
      const before = text.charCodeAt(m.index - 1)
      const joined = isWordCode(before) || isWordCode(text.charCodeAt(end))
      if (!joined) found(m.index, end)
      else northAmerican.lastIndex = m.index + 1
    }
  },
}

function findNumber(text: string, start: number, digitsAt: number, found: Found): void {
  const end = endOfNumber(text, digitsAt)
  if (end !== undefined) found(start, end)
}

/** Undefined = too few digits, or too many. */
function endOfNumber(text: string, start: number): number | undefined {
  let digits = 0
  let end = start
  const limit = Math.min(text.length, start + maxLength)
  for (let i = start; i < limit; i++) {
    const code = text.charCodeAt(i)
    if (isDigitCode(code)) {
      digits++
      end = i + 1
    } else if (!' -.()/'.includes(String.fromCharCode(code))) {
      break
    }
    if (digits === maxDigits) break
  }
  const isNumber = digits >= minDigits && !isDigitCode(text.charCodeAt(end))
  return isNumber ? end : undefined
}
