import { digitsOf, weightedSum } from './checksums'
import { nationalId } from './national-id'

function checkDigit(digits: readonly number[], weights: readonly number[]): number {
  const rest = weightedSum(digits, weights) % 11
  return rest < 2 ? 0 : 11 - rest
}

/** Brazil, CPF: two check digits; eleven equal digits pass them but are nobody's. */
export const brCpf = nationalId({
  name: 'br_cpf',
  form: /\d{3}\.\d{3}\.\d{3}-\d{2}|\d{11}/g,
  minDigits: 11,
  isIssued: (text) => {
    const digits = digitsOf(text)
    return (
      new Set(digits).size > 1 &&
      checkDigit(digits, [10, 9, 8, 7, 6, 5, 4, 3, 2]) === digits[9] &&
      checkDigit(digits, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) === digits[10]
    )
  },
})
