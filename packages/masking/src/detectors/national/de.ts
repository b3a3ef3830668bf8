import { digitsOf, passesMod11And10 } from './checksums'
import { nationalId } from './national-id'

/** Germany, tax identification number: of the first ten digits one occurs twice or three times, no other one does. */
export const deTaxId = nationalId({
  name: 'de_tax_id',
  form: /[1-9]\d(?:\d{9}| \d{3} \d{3} \d{3})/g,
  minDigits: 11,
  isIssued: (text) => {
    const digits = digitsOf(text)
    const counts = new Array<number>(10).fill(0)
    for (const digit of digits.slice(0, 10)) counts[digit] = (counts[digit] ?? 0) + 1
    const repeated = counts.filter((count) => count > 1)
    return repeated.length === 1 && Number(repeated[0]) <= 3 && passesMod11And10(digits)
  },
})
