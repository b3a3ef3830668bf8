import { ProtocolError } from '@wardgate/errors'
import type { ToolCallOperation } from '@wardgate/gateway'
import { valueOf, type Field } from '../wire/fields'
import { isRequest, sortedJson, type RpcMessage } from './json-rpc'

/** By method, the parameter that names what it is about. */
const subjects: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
  'resources/subscribe': 'uri',
  'resources/unsubscribe': 'uri',
}

/** What a message asks for. An answer of the client's to the server is an operation too: it carries data. */
export function toolCallOf(message: RpcMessage): ToolCallOperation {
  if (!isRequest(message))
    return { kind: 'tool-call', method: 'response', name: '', arguments: sortedJson(message) }
  const { method, params = {} } = message
  const subject = subjects[method]
  if (subject === undefined)
    return { kind: 'tool-call', method, name: '', arguments: sortedJson(withoutMeta(params)) }
  const name = params[subject]
  if (typeof name !== 'string')
    throw new ProtocolError('ERR_PROTOCOL_MALFORMED', `${method} names no ${subject}`)
  return { kind: 'tool-call', method, name, arguments: sortedJson(params['arguments'] ?? {}) }
}

/** Progress tokens and traces differ with each try; they mean nothing to a decision. */
function withoutMeta(params: Readonly<Record<string, unknown>>): object {
  const { _meta: _ignored, ...rest } = params
  return rest
}

/** Headers that repeat the body for proxies (2026-07-28) must not say anything else than it. */
export function checkHeaders(fields: readonly Field[], operation: ToolCallOperation): void {
  const method = valueOf(fields, 'mcp-method')
  const name = valueOf(fields, 'mcp-name')
  const isSame =
    (method === undefined || method === operation.method) &&
    (name === undefined || name === operation.name)
  if (!isSame)
    throw new ProtocolError('ERR_PROTOCOL_MALFORMED', 'Mcp-Method or Mcp-Name is not as the body')
}
