import { randomFillSync } from 'node:crypto'

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
const randomBytesAnId = 10
const pool = Buffer.allocUnsafe(randomBytesAnId * 256)
let used = pool.length
let lastMillis = -1
let prefix = ''

/** A UUID of version 7 (RFC 9562 section 5.7): ids of one time lie together in the store's indexes. */
export function newOperationId(nowMillis: number): string {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const at = used
  used += randomBytesAnId
  if (nowMillis !== lastMillis) {
    lastMillis = nowMillis
    const time = Math.trunc(nowMillis).toString(16).padStart(12, '0')
    prefix = `${time.slice(0, 8)}-${time.slice(8)}-7`
  }
  const byte = (offset: number): string => hex[pool[at + offset] ?? 0] ?? ''
  const version = byte(0).slice(1) + byte(1)
  const variant = hex[((pool[at + 2] ?? 0) & 0x3f) | 0x80] ?? ''
  return `${prefix}${version}-${variant}${byte(3)}-${byte(4)}${byte(5)}${byte(6)}${byte(7)}${byte(8)}${byte(9)}`
}
