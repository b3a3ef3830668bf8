import { ProtocolError } from '@wardgate/errors'
import type { NamedValue, ToolCallOperation } from '@wardgate/gateway'
import { valueOf, type Field } from '../wire/fields'
import { essenceOf } from '../wire/media-type'

/** What a server of MCP needs; no rule looks at headers here, so no others are passed on. */
const passed =
  /^(?:accept|accept-language|last-event-id|user-agent|mcp-(?:session-id|protocol-version|method|name|param-.+))$/

/** Answers come uncompressed: they are read message by message. */
const uncompressed = { name: 'accept-encoding', value: 'identity' }
/** What the client called it said in which charset it would be read; it is written anew, in UTF-8. */
const message = { name: 'content-type', value: 'application/json' }

export function headersForServer(
  headers: readonly NamedValue[],
  { hasMessage }: { readonly hasMessage: boolean },
): readonly NamedValue[] {
  const kept = headers.filter(({ name }) => passed.test(name))
  return [...kept, uncompressed, ...(hasMessage ? [message] : [])]
}

/** Messages are written anew for the client too: a charset that the server names would have it read something else. */
export function headersOfMessages(headers: readonly NamedValue[]): readonly NamedValue[] {
  return headers.map((field) =>
    field.name === 'content-type' ? { name: field.name, value: essenceOf(field.value) } : field,
  )
}

/**
 * Headers that repeat the body for proxies (2026-07-28) must not say anything else than it. Which argument a
 * `Mcp-Param-*` repeats is in the definition of the tool: it has to be the value of one, and of no other than its namesake.
 */
export function checkHeaders(fields: readonly Field[], operation: ToolCallOperation): void {
  const method = valueOf(fields, 'mcp-method')
  const name = valueOf(fields, 'mcp-name')
  const values = fields.filter((field) => field.name.startsWith('mcp-param-'))
  const isSame =
    (method === undefined || method === operation.method) &&
    (name === undefined || decoded(name) === operation.name) &&
    values.every((field) => repeatsArgument(field, operation.arguments))
  if (isSame) return
  throw new ProtocolError(
    'ERR_PROTOCOL_MALFORMED',
    'Mcp-Method, Mcp-Name or Mcp-Param is not as the body',
  )
}

/** What no header could hold as it is. */
function decoded(value: string): string {
  const base64 = /^=\?base64\?(.*)\?=$/.exec(value)?.[1]
  return base64 === undefined ? value : Buffer.from(base64, 'base64').toString()
}

/** The argument of the same name where there is one. */
function repeatsArgument({ name, value }: Field, json: string): boolean {
  const all: string[] = []
  const named: string[] = []
  JSON.parse(json, (key, found: unknown) => {
    if (typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean') {
      all.push(String(found))
      if (`mcp-param-${key.toLowerCase()}` === name) named.push(String(found))
    }
    return found
  })
  return (named.length === 0 ? all : named).includes(decoded(value))
}
