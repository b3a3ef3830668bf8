import { digitsOf, weightedSum } from './checksums'
import { nationalId } from './national-id'

/** Netherlands, citizen service number: nine bare digits, so one in eleven numbers of that length looks like one. */
export const nlBsn = nationalId({
  name: 'nl_bsn',
  form: /\d{9}|\d{4}\.\d{2}\.\d{3}/g,
  minDigits: 9,
  isIssued: (text) => {
    const digits = digitsOf(text)
    const sum = weightedSum(digits, [9, 8, 7, 6, 5, 4, 3, 2, -1])
    return sum % 11 === 0 && sum !== 0
  },
})
