import type { Detector } from './detector'
import { digitRuns, type DigitRun } from './digit-runs'
import { passesLuhn } from '../methods/luhn'

const minDigits = 13
const maxDigits = 19

/**
 * Payment card numbers: 13 to 19 digits that begin as an issuer's do and pass Luhn, at every place of every run of
 * digits, since a card number may stand next to other digits.
 */
export const creditCard: Detector = {
  name: 'credit_card',
  possible: (traits) => traits.digits >= minDigits && traits.digitRun >= minDigits,
  find(text, found) {
    for (const run of digitRuns(text, minDigits)) findInRun(run, found)
  },
}

function findInRun({ digits, positions }: DigitRun, found: (start: number, end: number) => void) {
  for (let start = 0; start + minDigits <= digits.length; start++) {
    // Longest first: what a shorter match would leave is not shown.
    for (const length of lengthsOf(digits, start)) {
      const last = positions[start + length - 1]
      const first = positions[start]
      if (first === undefined || last === undefined || length > maxDigits) continue
      if (!passesLuhn(digits, start, length)) continue
      found(first, last + 1)
      break
    }
  }
}

const none: readonly number[] = []
const visa = [19, 16, 13]
const amex = [15]
const diners = [14]
const sixteen = [16]
const upToNineteen = [19, 18, 17, 16]
const maestro = [19, 18, 17, 16, 15, 14, 13]
/** No issuer has them, and articles made in China are numbered 690 to 699. */
const unassigned = new Set([61, 66, 68, 69])

/** How long a number may be that begins like this (ISO/IEC 7812 issuer ranges); longest first. */
function lengthsOf(digits: readonly number[], start: number): readonly number[] {
  const first = digits[start]
  const two = (first ?? 0) * 10 + (digits[start + 1] ?? 0)
  switch (first) {
    case 2:
      return two >= 22 && two <= 27 ? sixteen : none
    case 3:
      if (two === 34 || two === 37) return amex
      if (two === 35) return upToNineteen
      return two === 30 || two === 36 || two === 38 || two === 39 ? diners : none
    case 4:
      return visa
    case 5:
      return two >= 51 && two <= 55 ? sixteen : two === 50 || two >= 56 ? maestro : none
    case 6:
      return unassigned.has(two) ? none : two === 63 || two === 67 ? maestro : upToNineteen
    default:
      return none
  }
}
