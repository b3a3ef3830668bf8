import { asBuffer } from '../bytes'

const star = 0x2a
const space = 0x20

/** What stands for a value too short to keep anything of; its length says nothing of the value's. */
export const fullyMasked = '***'
const fullyMaskedBytes = Buffer.from(fullyMasked)

/** Card and account numbers: digits in groups. Their separators stay, so that the value still reads as one. */
const separators = ' -./()+'
const minGroupedDigits = 4

/** Of a width; more is no mask that anybody reads. */
export const maxWidth = 256

interface Kept {
  readonly keepFirst: number
  readonly keepLast: number
  /** How many characters every masked value has; absent = as many as the value. */
  readonly width?: number
}

/** Keeps the outer characters of a UTF-8 value and stars the rest; never more than half of it stays. */
export function partialBytes(cell: Uint8Array, kept: Kept): Uint8Array {
  if (kept.width !== undefined)
    return Buffer.from(partialText(asBuffer(cell).toString('utf8'), kept))
  const end = trimmedLength(cell, 0, cell.length)
  const total = countedBytes(cell, 0, end)
  if (total === undefined) return Buffer.from(partialText(asBuffer(cell).toString('utf8'), kept))
  if (keepsTooMuch(Math.abs(total), kept)) return fullyMaskedBytes
  const out = new Uint8Array(cell)
  starBytes({ bytes: out, start: 0, end }, total, kept)
  return out
}

interface Stretch {
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
}

/** As `partialBytes`, where the value lies; false = it is not ASCII, or its mask is of another length. */
export function patchPartial({ bytes, start, end }: Stretch, kept: Kept): boolean {
  const trimmed = trimmedLength(bytes, start, end)
  const total = countedBytes(bytes, start, trimmed)
  if (total === undefined || keepsTooMuch(Math.abs(total), kept)) return false
  starBytes({ bytes, start, end: trimmed }, total, kept)
  return true
}

/** How many bytes count, negative when only the digits do, as in groups of them; undefined = not ASCII. */
function countedBytes(bytes: Uint8Array, start: number, end: number): number | undefined {
  let digits = 0
  let others = 0
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0
    if (byte >= 0x80) return undefined
    if (isDigit(byte)) digits++
    else if (!isSeparator(byte)) others++
  }
  return others === 0 && digits >= minGroupedDigits ? -digits : end - start
}

function starBytes({ bytes, start, end }: Stretch, counted: number, kept: Kept): void {
  const isGrouped = counted < 0
  const firstKept = Math.abs(counted) - kept.keepLast
  let seen = 0
  for (let at = start; at < end; at++) {
    if (isGrouped && !isDigit(bytes[at] ?? 0)) continue
    seen++
    if (seen > kept.keepFirst && seen <= firstKept) bytes[at] = star
  }
}

/** As `partialBytes`, by code points, so that no character is cut in two. */
export function partialText(text: string, kept: Kept): string {
  const trimmed = text.replace(/(?<! ) +$/, '')
  const points = Array.from(trimmed)
  const digits = points.filter((point) => /^[0-9]$/.test(point)).length
  const grouped =
    digits >= minGroupedDigits && points.every((p) => /^[0-9]$/.test(p) || separators.includes(p))
  const total = grouped ? digits : points.length
  if (kept.width !== undefined) {
    const counted = grouped ? points.filter((point) => !separators.includes(point)) : points
    return fixedText(counted, { ...kept, width: kept.width })
  }
  if (keepsTooMuch(total, kept)) return fullyMasked
  let seen = 0
  const masked = points.map((point) => {
    const counted = !grouped || !separators.includes(point)
    if (counted) seen++
    return !counted || seen <= kept.keepFirst || seen > total - kept.keepLast ? point : '*'
  })
  return masked.join('') + text.slice(trimmed.length)
}

/** Blanks that pad the value are left out: their number would tell its length. */
function fixedText(points: readonly string[], kept: Required<Kept>): string {
  const { keepFirst, keepLast, width } = kept
  if (!(width > 0 && width <= maxWidth)) return fullyMasked
  const stars = width - keepFirst - keepLast
  if (keepsTooMuch(points.length, kept) || !(stars > 0)) return '*'.repeat(width)
  const last = points.slice(points.length - keepLast)
  return [...points.slice(0, keepFirst), '*'.repeat(stars), ...last].join('')
}

/** Also for what is no count at all: fails closed. */
function keepsTooMuch(total: number, { keepFirst, keepLast }: Kept): boolean {
  const sane = keepFirst >= 0 && keepLast >= 0
  return total === 0 || !sane || !(keepFirst + keepLast <= Math.floor(total / 2))
}

/** character(n) arrives padded with blanks, which are no part of the value. */
function trimmedLength(bytes: Uint8Array, start: number, end: number): number {
  let trimmed = end
  while (trimmed > start && bytes[trimmed - 1] === space) trimmed--
  return trimmed
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39
}

function isSeparator(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x28 && byte <= 0x2f && byte !== star && byte !== 0x2c)
}
