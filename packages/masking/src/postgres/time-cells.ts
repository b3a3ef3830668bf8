import { shiftDay, shiftMicros, shiftText } from '../methods/shift'
import type { KeyedDigest } from '../methods/keyed'
import type { Column } from '../plan'

/** From 1970-01-01 to 2000-01-01, where PostgreSQL counts from. */
const epochDays = 10_957
const epochMicros = 946_684_800_000_000n

export interface Shift {
  readonly days: number
  readonly digest: KeyedDigest
}

/** A date, timestamp or timestamptz moved; undefined = it cannot be (infinity, BC, another DateStyle than ISO). */
export function shiftCell(
  cell: Buffer,
  content: 'date' | 'timestamp',
  format: Column['format'],
  { days, digest }: Shift,
): Buffer | undefined {
  if (format === 'text') {
    const shifted = shiftText(cell.toString('latin1'), days, digest)
    return shifted === undefined ? undefined : Buffer.from(shifted)
  }
  return content === 'date' ? shiftedDate(cell, days, digest) : shiftedTime(cell, days, digest)
}

/** date_send: days as int4. */
function shiftedDate(cell: Buffer, days: number, digest: KeyedDigest): Buffer | undefined {
  if (cell.length !== 4) return undefined
  const shifted = shiftDay(cell.readInt32BE() + epochDays, days, digest)
  if (shifted === undefined) return undefined
  const out = Buffer.alloc(4)
  out.writeInt32BE(shifted - epochDays)
  return out
}

/** timestamp_send and timestamptz_send: microseconds as int8. */
function shiftedTime(cell: Buffer, days: number, digest: KeyedDigest): Buffer | undefined {
  if (cell.length !== 8) return undefined
  const shifted = shiftMicros(cell.readBigInt64BE() + epochMicros, days, digest)
  if (shifted === undefined) return undefined
  const out = Buffer.alloc(8)
  out.writeBigInt64BE(shifted - epochMicros)
  return out
}
