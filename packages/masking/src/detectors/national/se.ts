import { passesLuhn } from '../../methods/luhn'
import { digitsOf, isMonthAndDay } from './checksums'
import { nationalId } from './national-id'

/** Sweden, personnummer: a birthday and a Luhn digit; days above 60 are coordination numbers. */
export const sePersonnummer = nationalId({
  name: 'se_personnummer',
  form: /(?:(?:18|19|20)\d{6}-?|\d{6}[-+])\d{4}/g,
  minDigits: 10,
  isIssued: (text) => {
    const digits = digitsOf(text).slice(-10)
    const [month, day] = [digits.slice(2, 4), digits.slice(4, 6)].map((pair) =>
      Number(pair.join('')),
    )
    return isMonthAndDay(Number(month), Number(day) % 60) && passesLuhn(digits)
  },
})
