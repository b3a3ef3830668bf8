import type { KeyedDigest } from './keyed'

const domainOfShifts = Buffer.from('shift\0')
export const dayMicros = 86_400_000_000n
const secondMicros = 1_000_000n
/** Days since 1970-01-01 of 0001-01-01 and 9999-12-31: what every client can show. */
const firstDay = -719_162
const lastDay = 2_932_896

/** How far a day and the times within it move: never by no day at all. */
function offsetOf(day: number, days: number, digest: KeyedDigest) {
  const bytes = digest(Buffer.concat([domainOfShifts, Buffer.from(String(day))]))
  const steps = bytes.readUIntBE(0, 6) % (2 * days)
  return {
    days: steps < days ? steps - days : steps - days + 1,
    seconds: bytes.readUInt32BE(6) % 86_400,
  }
}

/** A day, counted from 1970-01-01, moved; undefined = it or its stand-in is beyond what can be written. */
export function shiftDay(day: number, days: number, digest: KeyedDigest): number | undefined {
  const shifted = day + offsetOf(day, days, digest).days
  return isWritable(day) && isWritable(shifted) ? shifted : undefined
}

/** Microseconds from 1970-01-01 moved; times of one day keep their distances. */
export function shiftMicros(micros: bigint, days: number, digest: KeyedDigest): bigint | undefined {
  const day = Number((micros - (((micros % dayMicros) + dayMicros) % dayMicros)) / dayMicros)
  const offset = offsetOf(day, days, digest)
  const shifted = micros + BigInt(offset.days) * dayMicros + BigInt(offset.seconds) * secondMicros
  return isWritable(day) && isWritable(Number(shifted / dayMicros)) ? shifted : undefined
}

function isWritable(day: number): boolean {
  return day >= firstDay && day <= lastDay
}

const isoDate = /^(\d{4})-(\d\d)-(\d\d)$/
const isoTime =
  /^(\d{4}-\d\d-\d\d)([ T])(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(Z|[+-]\d\d(?::?\d\d(?::?\d\d)?)?)?$/

/** A date or time as ISO 8601 and PostgreSQL's DateStyle ISO write it; undefined for any other text. */
export function shiftText(text: string, days: number, digest: KeyedDigest): string | undefined {
  const trimmed = text.trimEnd()
  const date = dayOf(trimmed)
  if (date !== undefined) {
    const shifted = shiftDay(date, days, digest)
    return shifted === undefined ? undefined : dateText(shifted)
  }
  const parts = isoTime.exec(trimmed)
  const day = dayOf(parts?.[1] ?? '')
  if (parts === null || day === undefined) return undefined
  const [, , separator = ' ', hours, minutes, seconds, fraction = '', zone = ''] = parts
  const zoneMicros = zoneOf(zone)
  const local =
    BigInt(day) * dayMicros +
    BigInt(Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)) * secondMicros +
    BigInt(fraction.padEnd(6, '0'))
  const shifted = shiftMicros(local - zoneMicros, days, digest)
  return shifted === undefined
    ? undefined
    : timeText(shifted + zoneMicros, separator, fraction.length) + zone
}

function dayOf(text: string): number | undefined {
  const parts = isoDate.exec(text)
  const millis = parts === null ? NaN : Date.parse(`${text}T00:00:00Z`)
  return Number.isNaN(millis) ? undefined : millis / 86_400_000
}

function zoneOf(zone: string): bigint {
  const [hours = 0, minutes = 0, seconds = 0] = (zone.match(/\d\d/g) ?? []).map(Number)
  const micros = BigInt(hours * 3_600 + minutes * 60 + seconds) * secondMicros
  return zone.startsWith('-') ? -micros : micros
}

function dateText(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10)
}

function timeText(micros: bigint, separator: string, digits: number): string {
  const inDay = ((micros % dayMicros) + dayMicros) % dayMicros
  const seconds = Number(inDay / secondMicros)
  const clock = [seconds / 3_600, (seconds / 60) % 60, seconds % 60]
    .map((part) => String(Math.floor(part)).padStart(2, '0'))
    .join(':')
  const fraction = String(inDay % secondMicros).padStart(6, '0')
  const shown = digits === 0 ? '' : `.${fraction.slice(0, digits)}`
  return dateText(Number((micros - inDay) / dayMicros)) + separator + clock + shown
}
