import { asBuffer } from '../bytes'

const star = 0x2a
const space = 0x20

/** What stands for a value too short to keep anything of; its length says nothing of the value's. */
export const fullyMasked = '***'
const fullyMaskedBytes = Buffer.from(fullyMasked)

/** Card and account numbers: digits in groups. Their separators stay, so that the value still reads as one. */
const separators = ' -./()+'
const minGroupedDigits = 4

interface Kept {
  readonly keepFirst: number
  readonly keepLast: number
}

/** Keeps the outer characters of a UTF-8 value and stars the rest; never more than half of it stays. */
export function partialBytes(cell: Uint8Array, kept: Kept): Uint8Array {
  const end = trimmedLength(cell)
  let digits = 0
  let others = 0
  for (let i = 0; i < end; i++) {
    const byte = cell[i] ?? 0
    if (byte >= 0x80) return Buffer.from(partialText(asBuffer(cell).toString('utf8'), kept))
    if (isDigit(byte)) digits++
    else if (!isSeparator(byte)) others++
  }
  const grouped = others === 0 && digits >= minGroupedDigits
  const total = grouped ? digits : end
  const { keepFirst, keepLast } = kept
  if (keepsTooMuch(total, kept)) return fullyMaskedBytes
  const out = Buffer.allocUnsafe(cell.length)
  let seen = 0
  for (let i = 0; i < end; i++) {
    const byte = cell[i] ?? 0
    const counted = !grouped || isDigit(byte)
    if (counted) seen++
    out[i] = !counted || seen <= keepFirst || seen > total - keepLast ? byte : star
  }
  return out.fill(space, end)
}

/** As `partialBytes`, by code points, so that no character is cut in two. */
export function partialText(text: string, kept: Kept): string {
  const trimmed = text.replace(/(?<! ) +$/, '')
  const points = Array.from(trimmed)
  const digits = points.filter((point) => /^[0-9]$/.test(point)).length
  const grouped =
    digits >= minGroupedDigits && points.every((p) => /^[0-9]$/.test(p) || separators.includes(p))
  const total = grouped ? digits : points.length
  if (keepsTooMuch(total, kept)) return fullyMasked
  let seen = 0
  const masked = points.map((point) => {
    const counted = !grouped || !separators.includes(point)
    if (counted) seen++
    return !counted || seen <= kept.keepFirst || seen > total - kept.keepLast ? point : '*'
  })
  return masked.join('') + text.slice(trimmed.length)
}

/** Also for what is no count at all: fails closed. */
function keepsTooMuch(total: number, { keepFirst, keepLast }: Kept): boolean {
  const sane = keepFirst >= 0 && keepLast >= 0
  return total === 0 || !sane || !(keepFirst + keepLast <= Math.floor(total / 2))
}

/** character(n) arrives padded with blanks, which are no part of the value. */
function trimmedLength(cell: Uint8Array): number {
  let end = cell.length
  while (end > 0 && cell[end - 1] === space) end--
  return end
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39
}

function isSeparator(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x28 && byte <= 0x2f && byte !== star && byte !== 0x2c)
}
