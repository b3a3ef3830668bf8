import { digitsOf, passesVerhoeff } from './checksums'
import { nationalId } from './national-id'

/** India, Aadhaar: twelve digits in Verhoeff's scheme; a palindrome is none. */
export const inAadhaar = nationalId({
  name: 'in_aadhaar',
  form: /[2-9]\d{3}([ -]?)\d{4}\1\d{4}/g,
  minDigits: 12,
  isIssued: (text) => {
    const digits = digitsOf(text)
    return digits.join('') !== [...digits].reverse().join('') && passesVerhoeff(digits)
  },
})
