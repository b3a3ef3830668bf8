import type { KeyedDigest } from '../methods/keyed'
import { hashBits } from '../methods/hash-bits'
import { hashText, shownDigestBytes } from '../methods/mask-value'
import { tokenizeInteger } from '../methods/tokenize-number'
import { tokenizeText } from '../methods/tokenize'
import type { Column } from '../plan'
import { readNumeric, writeNumeric } from './numeric'
import type { PostgresType } from './types'

export interface Keyed {
  readonly format: Column['format']
  readonly method: 'hash' | 'tokenize'
  readonly digest: KeyedDigest
}

/** What a keyed method makes of one value; undefined = it cannot be applied to it. */
export type KeyedCell = (cell: Buffer, keyed: Keyed) => Buffer | undefined

/**
 * By content: a stand-in in the type's own range, of the value and not of its format, so that it joins across both.
 * Types that are not here have no keyed form and are redacted.
 */
export const keyedCells: Partial<Record<PostgresType['content'], KeyedCell>> = {
  // A hash of so few bits would stand for many values at once.
  int2: (cell, keyed) => (keyed.method === 'hash' ? undefined : integer(cell, keyed, 2)),
  int4: (cell, keyed) => integer(cell, keyed, 4),
  int8: (cell, keyed) => integer(cell, keyed, 8),
  numeric,
  uuid,
  bytea,
  json: (cell, { digest }) => Buffer.from(`"${hashText(cell, digest)}"`),
  jsonb: (cell, { format, digest }) =>
    format === 'text'
      ? Buffer.from(`"${hashText(cell, digest)}"`)
      : Buffer.from(`\u0001"${hashText(cell.subarray(1), digest)}"`),
}

const hashedBits = { 2: 15, 4: 31, 8: 48 }

function integer(
  cell: Buffer,
  { format, method, digest }: Keyed,
  width: 2 | 4 | 8,
): Buffer | undefined {
  if (format === 'binary' && cell.length !== width) return undefined
  const text = format === 'text' ? cell.toString('latin1') : String(readInteger(cell, width))
  const shown =
    method === 'tokenize' ? tokenizeInteger(text, digest) : hashed(text, hashedBits[width], digest)
  if (shown === undefined || format === 'text')
    return shown === undefined ? undefined : Buffer.from(shown)
  const out = Buffer.alloc(width)
  if (width === 8) out.writeBigInt64BE(BigInt(shown))
  else out.writeIntBE(Number(shown), 0, width)
  return out
}

function readInteger(cell: Buffer, width: 2 | 4 | 8): number | bigint {
  return width === 8 ? cell.readBigInt64BE() : cell.readIntBE(0, width)
}

function hashed(text: string, bits: number, digest: KeyedDigest): string {
  const masked = digest(Buffer.from(text)).readUIntBE(0, 6) % 2 ** bits
  // The one value in two thousand million that would stand for itself.
  return String(String(masked) === text ? (masked + 1) % 2 ** bits : masked)
}

function numeric(cell: Buffer, { format, method, digest }: Keyed): Buffer | undefined {
  const text = format === 'text' ? cell.toString('latin1') : readNumeric(cell)
  if (text === undefined || !/^-?\d+(\.\d+)?$/.test(text)) return undefined
  const shown =
    method === 'hash'
      ? hashBits(text, digest)
      : (tokenizeInteger(text, digest) ?? fractional(text, digest))
  return format === 'text' ? Buffer.from(shown) : writeNumeric(shown)
}

/** A number with a fraction keeps its digits' count on both sides; a leading digit never becomes 0. */
function fractional(text: string, digest: KeyedDigest): string {
  const token = tokenizeText(text, digest)
  return /^-?0\d/.test(token) ? token.replace('0', '1') : token
}

function uuid(cell: Buffer, { format, digest }: Keyed): Buffer {
  const hex = format === 'binary' ? cell.toString('hex') : cell.toString('latin1')
  const bytes = digest(Buffer.from(hex.replaceAll('-', '').toLowerCase())).subarray(
    0,
    shownDigestBytes,
  )
  if (format === 'binary') return bytes
  return Buffer.from(bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'))
}

function bytea(cell: Buffer, { format, digest }: Keyed): Buffer {
  const value = format === 'binary' ? cell : Buffer.from(cell.toString('latin1', 2), 'hex')
  const bytes = digest(value).subarray(0, shownDigestBytes)
  return format === 'binary' ? bytes : Buffer.from(`\\x${bytes.toString('hex')}`)
}
