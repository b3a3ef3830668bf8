import { ProtocolError } from '@wardgate/errors'
import { MAX_HEADER_FIELDS } from './limits'
import { remembered } from './remembered'

export interface Field {
  readonly name: string
  readonly value: string
}

/** Fields that mean something else when there are two of them. */
const single = new Set([
  'host',
  'authorization',
  'proxy-authorization',
  'content-type',
  'content-length',
  'content-encoding',
  'transfer-encoding',
  'idempotency-key',
])

const token = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/

interface Name {
  readonly name: string
  readonly isToken: boolean
  readonly isSingle: boolean
}

const readName = remembered((raw: string): Name => {
  const name = raw.toLowerCase()
  return { name, isToken: token.test(name), isSingle: single.has(name) }
})

/** A header section as node hands it over: name, value, name, value. Pseudo-headers of HTTP/2 are not among them. */
export function readFields(raw: readonly string[]): readonly Field[] {
  if (raw.length > 2 * MAX_HEADER_FIELDS)
    throw new ProtocolError(
      'ERR_PROTOCOL_OVERSIZE',
      `the request has more than ${MAX_HEADER_FIELDS} header fields`,
    )
  const fields: Field[] = []
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const { name, isToken, isSingle } = readName(raw[at] ?? '')
    if (name.startsWith(':')) continue
    if (!isToken) throw malformed('a header name is not a token')
    if (isSingle && valueOf(fields, name) !== undefined)
      throw malformed(`there are two "${name}" headers`)
    fields.push({ name, value: raw[at + 1] ?? '' })
  }
  return fields
}

export function valueOf(fields: readonly Field[], name: string): string | undefined {
  for (const field of fields) if (field.name === name) return field.value
  return undefined
}

/** Whether the body comes in another transfer coding than `chunked`, the only one that is undone. */
export function hasOtherCoding(fields: readonly Field[]): boolean {
  return fields.some(
    ({ name, value }) => name === 'transfer-encoding' && value.trim().toLowerCase() !== 'chunked',
  )
}

/** Names that `Connection` declares to be of this hop only. */
export function namedByConnection(fields: readonly Field[]): ReadonlySet<string> {
  if (valueOf(fields, 'connection') === undefined) return none
  const names = fields
    .filter(({ name }) => name === 'connection')
    .flatMap(({ value }) => value.split(','))
  return new Set(names.map((name) => name.trim().toLowerCase()))
}

const none: ReadonlySet<string> = new Set()

function malformed(why: string): ProtocolError {
  return new ProtocolError('ERR_PROTOCOL_MALFORMED', why)
}
