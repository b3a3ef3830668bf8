import { nationalId } from './national-id'

/** Values of characters at odd places, from 0 to 9 and A to Z; digits and the letters A to J have the same. */
const odd = [
  1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
]

function place(character: string): number {
  const code = character.charCodeAt(0)
  return code < 0x41 ? code - 0x30 : code - 0x41
}

/** Italy, codice fiscale: names, birth, place and a check character. L to V stand for digits where two people clash. */
export const itCodiceFiscale = nationalId({
  name: 'it_codice_fiscale',
  form: /[A-Z]{6}[\dL-NP-V]{2}[A-EHLMPR-T][\dL-NP-V]{2}[A-Z][\dL-NP-V]{3}[A-Z]/gi,
  minDigits: 0,
  isIssued: (text) => {
    const compact = text.toUpperCase()
    let sum = 0
    for (let at = 0; at < 15; at += 1) {
      const value = place(compact.charAt(at))
      sum += at % 2 === 0 ? (odd[value] ?? 0) : value
    }
    return sum % 26 === place(compact.charAt(15))
  },
})
