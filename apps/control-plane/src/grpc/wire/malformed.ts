import { ProtocolError } from '@wardgate/errors'

const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** A message outside the contract: the stream ends, nothing of it is acted on. */
export function malformed(what: string): ProtocolError {
  return new ProtocolError('ERR_PROTOCOL_MALFORMED', `the agent sent ${what}`)
}

export function fromTable<T>(table: Readonly<Record<number, T>>, value: number, what: string): T {
  const found = table[value]
  if (found === undefined) throw malformed(`a ${what} that is not known`)
  return found
}

export function requireId(text: string, what: string): string {
  if (uuidForm.test(text)) return text
  throw malformed(`a ${what} that is no UUID`)
}
