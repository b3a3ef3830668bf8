import { arrayText } from './array-text'

/** Reads binary parameters of PostgreSQL's built-in types (the *send functions of each type), for people. */

const decoder = new TextDecoder('utf-8', { fatal: true })
const epochMillis = Date.UTC(2000, 0, 1)
const dayMillis = 86_400_000

type Reader = (value: DataView) => string

function utf8(value: DataView): string {
  return decoder.decode(value)
}

function uuid(value: DataView): string {
  const hex = toHex(value)
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** Days since 2000-01-01; the extremes mean infinity. */
function date(value: DataView): string {
  const days = value.getInt32(0)
  if (days === 0x7fffffff) return 'infinity'
  if (days === -0x80000000) return '-infinity'
  return new Date(epochMillis + days * dayMillis).toISOString().slice(0, 10)
}

/** Microseconds since 2000-01-01; the extremes mean infinity. */
function timestamp(zone: string): Reader {
  return (value) => {
    const micros = value.getBigInt64(0)
    if (micros === 0x7fffffffffffffffn) return 'infinity'
    if (micros === -0x8000000000000000n) return '-infinity'
    const wholeMillis = micros >= 0n ? micros / 1000n : (micros - 999n) / 1000n
    const iso = new Date(epochMillis + Number(wholeMillis)).toISOString().slice(0, -1)
    const rest = (micros - wholeMillis * 1000n).toString().padStart(3, '0')
    return `${iso.replace('T', ' ')}${rest}${zone}`
  }
}

/** Groups of four decimal digits: count, weight, sign, scale, groups. */
function numeric(value: DataView): string {
  const [count, weight, sign, scale] = [0, 2, 4, 6].map((at) => value.getInt16(at)) as [
    number,
    number,
    number,
    number,
  ]
  if ((sign & 0xffff) === 0xc000) return 'NaN'
  if ((sign & 0xffff) === 0xd000) return 'Infinity'
  if ((sign & 0xffff) === 0xf000) return '-Infinity'
  const group = (position: number): string =>
    (position >= 0 && position < count ? value.getInt16(8 + position * 2) : 0)
      .toString()
      .padStart(4, '0')
  const range = (from: number, to: number): string =>
    Array.from({ length: Math.max(0, to - from) }, (_, at) => group(from + at)).join('')
  const whole = range(0, weight + 1).replace(/^0+(?=\d)/, '') || '0'
  const fraction = range(weight + 1, weight + 1 + Math.ceil(scale / 4)).slice(0, scale)
  return `${sign === 0x4000 ? '-' : ''}${whole}${scale > 0 ? `.${fraction}` : ''}`
}

/** By type OID (pg_type.dat), with the exact length where there is one. */
const readers: Readonly<Record<number, { readonly length?: number; readonly read: Reader }>> = {
  16: { length: 1, read: (value) => (value.getUint8(0) === 0 ? 'false' : 'true') },
  18: { read: utf8 },
  19: { read: utf8 },
  20: { length: 8, read: (value) => value.getBigInt64(0).toString() },
  21: { length: 2, read: (value) => value.getInt16(0).toString() },
  23: { length: 4, read: (value) => value.getInt32(0).toString() },
  25: { read: utf8 },
  26: { length: 4, read: (value) => value.getUint32(0).toString() },
  114: { read: utf8 },
  142: { read: utf8 },
  700: { length: 4, read: (value) => Math.fround(value.getFloat32(0)).toString() },
  701: { length: 8, read: (value) => value.getFloat64(0).toString() },
  1042: { read: utf8 },
  1043: { read: utf8 },
  1082: { length: 4, read: date },
  1114: { length: 8, read: timestamp('') },
  1184: { length: 8, read: timestamp('+00') },
  1700: { read: numeric },
  2950: { length: 16, read: uuid },
  // One version byte, then the text.
  3802: {
    read: (value) => utf8(new DataView(value.buffer, value.byteOffset + 1, value.byteLength - 1)),
  },
}

/** bool[], int2[], int4[], text[], bpchar[], varchar[], int8[], timestamp[], date[], timestamptz[], numeric[], uuid[]. */
const arrays: ReadonlySet<number> = new Set([
  1000, 1005, 1007, 1009, 1014, 1015, 1016, 1115, 1182, 1185, 1231, 2951,
])
const quotable = /["\\{},\s]|^$|^null$/i

function elementText(type: number, value: DataView): string {
  const reader = readers[type]
  const fits = reader !== undefined && (reader.length ?? value.byteLength) === value.byteLength
  if (!fits) throw new RangeError('of no type that is known')
  const text = reader.read(value)
  return quotable.test(text) ? JSON.stringify(text) : text
}

function toHex(value: DataView): string {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')
}

function binaryReader(type: number) {
  return arrays.has(type)
    ? { read: (value: DataView) => arrayText(value, elementText) }
    : readers[type]
}

/**
 * A bound parameter as people read it; what is not of a known type, or not valid for it, as hex after \x. Types that the
 * client left to the target (0) are never guessed.
 */
export function parameterText(type: number, format: 'text' | 'binary', value: Uint8Array): string {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength)
  const reader = format === 'text' ? { read: utf8 } : binaryReader(type)
  const fits = reader !== undefined && (!('length' in reader) || reader.length === value.byteLength)
  try {
    return fits ? reader.read(view) : `\\x${toHex(view)}`
  } catch {
    // Too short for its type, or not UTF-8: shown as what it is.
    return `\\x${toHex(view)}`
  }
}
