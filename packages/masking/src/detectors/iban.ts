import { isAlphanumericCode, isDigitCode, isWordCode, type Detector } from './detector'

/** ISO 13616: 15 (Norway) to 34 characters. */
const minLength = 15
const maxLength = 34

const start = /[A-Za-z]{2}\d{2}/g

/** International bank account numbers, with or without blanks, whose check digits hold (ISO 7064 mod 97-10). */
export const iban: Detector = {
  name: 'iban',
  possible: ({ digits, length }) => digits >= 4 && length >= minLength,
  find(text, found) {
    start.lastIndex = 0
    for (let match = start.exec(text); match !== null; match = start.exec(text)) {
      const end = isWordCode(text.charCodeAt(match.index - 1)) ? -1 : endOfIban(text, match.index)
      if (end !== -1) found(match.index, end)
      start.lastIndex = end === -1 ? match.index + 1 : end
    }
  },
}

/** The end of the longest prefix that checks, or -1. A word that goes on behind is no end. */
function endOfIban(text: string, first: number): number {
  let compact = ''
  let end = -1
  for (let i = first; i < text.length && compact.length < maxLength; i++) {
    const code = text.charCodeAt(i)
    if (code === 0x20 && isAlphanumericCode(text.charCodeAt(i + 1))) continue
    if (!isAlphanumericCode(code)) break
    compact += text.charAt(i).toUpperCase()
    const complete = compact.length >= minLength && !isWordCode(text.charCodeAt(i + 1))
    if (complete && checks(compact)) end = i + 1
  }
  return end
}

function checks(compact: string): boolean {
  const rotated = compact.slice(4) + compact.slice(0, 4)
  let rest = 0
  for (let i = 0; i < rotated.length; i++) {
    const code = rotated.charCodeAt(i)
    rest = isDigitCode(code) ? (rest * 10 + code - 0x30) % 97 : (rest * 100 + code - 55) % 97
  }
  return rest === 1
}
