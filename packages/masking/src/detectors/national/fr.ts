import { nationalId } from './national-id'

/** France, NIR: sex, year, month, department (2A and 2B of Corsica), commune, order and a key of two digits. */
export const frNir = nationalId({
  name: 'fr_nir',
  form: /[1-478] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-4]\d|[5-9]\d) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}/gi,
  minDigits: 14,
  isIssued: (text) => {
    const compact = text.replaceAll(' ', '').toUpperCase()
    // 2A counts as 19 and 2B as 18.
    const number = compact.slice(0, 13).replace('2A', '19').replace('2B', '18')
    return 97 - Number(BigInt(number) % 97n) === Number(compact.slice(13))
  },
})
