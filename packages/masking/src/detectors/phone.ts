import { isDigitCode, isWordCode, type Detector, type Found } from './detector'

/** E.164: 7 to 15 digits with the country code. */
const minDigits = 7
const maxDigits = 15
const maxLength = 32

/** The North American form with separators: 202-555-0143, (202) 555-0143, 202.555.0143. */
const northAmerican = /(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[-. ])[2-9]\d{2}[-. ]\d{4}/g

/**
 * Telephone numbers that say they are: with a plus sign, or in the North American form. Bare digits are too common
 * to be told apart.
 */
export const phone: Detector = {
  name: 'phone',
  possible: ({ digits }) => digits >= minDigits,
  find(text, found) {
    for (let plus = text.indexOf('+'); plus !== -1; plus = text.indexOf('+', plus + 1)) {
      if (!isWordCode(text.charCodeAt(plus - 1))) findInternational(text, plus, found)
    }
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

function findInternational(text: string, plus: number, found: Found): void {
  let digits = 0
  let end = plus + 1
  const limit = Math.min(text.length, plus + maxLength)
  for (let i = plus + 1; i < limit; i++) {
    const code = text.charCodeAt(i)
    if (isDigitCode(code)) {
      digits++
      end = i + 1
    } else if (!' -.()/'.includes(String.fromCharCode(code))) {
      break
    }
    if (digits === maxDigits) break
  }
  if (digits >= minDigits && !isDigitCode(text.charCodeAt(end))) found(plus, end)
}
