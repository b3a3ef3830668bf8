import { passesLuhn } from '../../methods/luhn'
import { digitsOf } from './checksums'
import { nationalId } from './national-id'

/** Canada, social insurance number in its written form; nine bare digits are too common to be told apart. */
export const caSin = nationalId({
  name: 'ca_sin',
  form: /[1-79]\d{2}([ -])\d{3}\1\d{3}/g,
  minDigits: 9,
  isIssued: (text) => passesLuhn(digitsOf(text)),
})
