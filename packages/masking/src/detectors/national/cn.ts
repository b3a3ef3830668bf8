import { digitsOf, isMonthAndDay, weightedSum } from './checksums'
import { nationalId } from './national-id'

const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]

/** China, resident identity number (GB 11643): a region, a birthday, and ISO/IEC 7064 MOD 11-2. */
export const cnResidentId = nationalId({
  name: 'cn_resident_id',
  form: /[1-8]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]/gi,
  minDigits: 17,
  isIssued: (text) => {
    const isBirthday = isMonthAndDay(Number(text.slice(10, 12)), Number(text.slice(12, 14)))
    const check = '10X98765432'[weightedSum(digitsOf(text.slice(0, 17)), weights) % 11]
    return isBirthday && check === text.charAt(17).toUpperCase()
  },
})
