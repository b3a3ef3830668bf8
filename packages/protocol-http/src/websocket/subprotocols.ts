import { ProtocolError } from '@wardgate/errors'
import type { Field } from '../wire/fields'

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** What a client would speak over its WebSocket. Throws for names that are none, and for one that comes twice: RFC 6455 4.1 */
export function protocolsIn(fields: readonly Field[]): string[] {
  const names = fields
    .filter(({ name }) => name === 'sec-websocket-protocol')
    .flatMap(({ value }) => value.split(','))
    .map((name) => name.trim())
  if (names.every((name) => token.test(name)) && new Set(names).size === names.length) return names
  throw new ProtocolError('ERR_PROTOCOL_MALFORMED', 'Sec-WebSocket-Protocol is no list of names')
}
