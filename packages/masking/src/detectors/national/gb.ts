import { nationalId } from './national-id'

const unused = new Set(['BG', 'GB', 'KN', 'NK', 'NT', 'TN', 'ZZ'])

/** United Kingdom, national insurance number: no checksum; prefixes that are not allocated are told apart. */
export const ukNino = nationalId({
  name: 'uk_nino',
  form: /[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]/gi,
  minDigits: 6,
  isIssued: (text) => !unused.has(text.slice(0, 2).toUpperCase()),
})
