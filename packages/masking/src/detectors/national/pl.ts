import { digitsOf, isMonthAndDay, weightedSum } from './checksums'
import { nationalId } from './national-id'

/** Poland, PESEL: a birthday whose month carries the century, and a weighted check digit. */
export const plPesel = nationalId({
  name: 'pl_pesel',
  form: /\d{11}/g,
  minDigits: 11,
  isIssued: (text) => {
    const digits = digitsOf(text)
    const isBirthday = isMonthAndDay(Number(text.slice(2, 4)) % 20, Number(text.slice(4, 6)))
    return isBirthday && weightedSum(digits, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]) % 10 === 0
  },
})
