import { nationalId } from './national-id'

const letters = 'TRWAGMYFPDXBNJZSQVHLCKE'

/** Spain, DNI and NIE: the letter is the number modulo 23; X, Y and Z of a NIE count as 0, 1 and 2. */
export const esDni = nationalId({
  name: 'es_dni',
  form: /(?:\d{8}|[XYZ]-?\d{7})[- ]?[A-HJ-NP-TV-Z]/gi,
  minDigits: 7,
  isIssued: (text) => {
    const compact = text.replace(/[- ]/g, '').toUpperCase()
    const number = compact.slice(0, -1).replace(/[XYZ]/, (first) => String('XYZ'.indexOf(first)))
    return letters[Number(number) % 23] === compact.at(-1)
  },
})
