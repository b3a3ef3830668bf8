import { randomFillSync } from 'node:crypto'

/** As hex: 18 whole digits, and two bits of one for the variant. */
const randomDigitsAnId = 19
const pool = Buffer.allocUnsafe((randomDigitsAnId * 256) / 2)
const variants = '89ab'
let digits = ''
let used = 0
let lastMillis = -1
let prefix = ''

/** A UUID of version 7 (RFC 9562 section 5.7): ids of one time lie together in the store's indexes. */
export function newOperationId(nowMillis: number): string {
  if (used === digits.length) {
    digits = randomFillSync(pool).toString('hex')
    used = 0
  }
  const at = used
  used += randomDigitsAnId
  if (nowMillis !== lastMillis) {
    lastMillis = nowMillis
    const time = Math.trunc(nowMillis).toString(16).padStart(12, '0')
    prefix = `${time.slice(0, 8)}-${time.slice(8)}-7`
  }
  const variant = variants.charAt(digits.charCodeAt(at + 3) & 3)
  return `${prefix}${digits.slice(at, at + 3)}-${variant}${digits.slice(at + 4, at + 7)}-${digits.slice(at + 7, at + 19)}`
}
