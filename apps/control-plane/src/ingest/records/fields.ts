import { ProtocolError } from '@wardgate/errors'
import { storable } from '../../common/storable-text'

const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
/** Of a field of a leaf: a leaf has at most 65,535 bytes, JSON escapes included. */
const longestMessage = 2_000

export function short(text: string): string {
  return cut(storable(text), longestMessage)
}

/** Never ends in half a surrogate pair, which canonical JSON refuses. */
export function cut(text: string, length: number): string {
  return text.length <= length ? text : text.slice(0, length).replace(/\p{Surrogate}$/u, '')
}

export function id(text: string): string {
  if (uuidForm.test(text)) return text
  throw malformed('an id')
}

export function known<T>(table: Readonly<Record<number, T>>, value: number): T {
  const found = table[value]
  if (found === undefined) throw malformed('a value that is not known')
  return found
}

export function dateOf(unixMicros: number): Date {
  return new Date(Math.floor(unixMicros / 1000))
}

export function malformed(what: string): ProtocolError {
  return new ProtocolError('ERR_PROTOCOL_MALFORMED', `the spool holds ${what} that is not valid`)
}
