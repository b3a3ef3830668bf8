import { ProtocolError } from '@wardgate/errors'
import type { NamedValue, ToolCallOperation } from '@wardgate/gateway'
import { valueOf, type Field } from '../wire/fields'

/** What a server of MCP needs; no rule looks at headers here, so no others are passed on. */
const passed =
  /^(?:accept|accept-language|content-type|last-event-id|user-agent|mcp-(?:session-id|protocol-version|method|name|param-.+))$/

/** Answers come uncompressed: they are read message by message. */
export function headersForServer(headers: readonly NamedValue[]): readonly NamedValue[] {
  const kept = headers.filter(({ name }) => passed.test(name))
  return [...kept, { name: 'accept-encoding', value: 'identity' }]
}

/**
 * Headers that repeat the body for proxies (2026-07-28) must not say anything else than it. Which argument a
 * `Mcp-Param-*` repeats is in the definition of the tool: it has to be the value of one.
 */
export function checkHeaders(fields: readonly Field[], operation: ToolCallOperation): void {
  const method = valueOf(fields, 'mcp-method')
  const name = valueOf(fields, 'mcp-name')
  const values = fields.filter((field) => field.name.startsWith('mcp-param-'))
  const known = values.length === 0 ? new Set<string>() : scalarsIn(operation.arguments)
  const isSame =
    (method === undefined || method === operation.method) &&
    (name === undefined || decoded(name) === operation.name) &&
    values.every(({ value }) => known.has(decoded(value)))
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

function scalarsIn(json: string): ReadonlySet<string> {
  const found = new Set<string>()
  JSON.parse(json, (_key, value: unknown) => {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      found.add(String(value))
    return value
  })
  return found
}
