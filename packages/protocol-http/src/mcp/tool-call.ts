import { ProtocolError } from '@wardgate/errors'
import type { ToolCallOperation } from '@wardgate/gateway'
import { isRequest, sortedJson, type RpcMessage } from './json-rpc'

/** By method, the parameter that names what it is about. */
const subjects: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
  'resources/subscribe': 'uri',
  'resources/unsubscribe': 'uri',
}

/**
 * What a message asks for; `_meta` means nothing to a decision, as it differs with each try. An answer of the client's to the server is an
 * operation too: it carries data.
 */
export function toolCallOf(message: RpcMessage): ToolCallOperation {
  if (!isRequest(message))
    return { kind: 'tool-call', method: 'response', name: '', arguments: sortedJson(message) }
  const { method, params = {} } = message
  const { _meta: _ignored, ...judged } = params
  const subject = Object.hasOwn(subjects, method) ? subjects[method] : undefined
  if (subject === undefined)
    return { kind: 'tool-call', method, name: '', arguments: sortedJson(judged) }
  const { [subject]: name, arguments: given = {}, ...others } = judged
  if (typeof name !== 'string')
    throw new ProtocolError('ERR_PROTOCOL_MALFORMED', `${method} names no ${subject}`)
  // What is sent on has them too: nothing that an approval does not bind to may differ.
  const extra = Object.keys(others).length === 0 ? {} : { extra: sortedJson(others) }
  return { kind: 'tool-call', method, name, arguments: sortedJson(given), ...extra }
}
