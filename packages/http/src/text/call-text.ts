import { parseStrictJson } from '../json/strict-json'
import type { ToolCall } from '../operations'
import { recordOf } from '../settings'
import type { Typed } from './request-text'

/** By method, the parameter that names what it is about. */
const subjects: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
  'resources/subscribe': 'uri',
  'resources/unsubscribe': 'uri',
}

/** Whether a text is a message of JSON-RPC, so that nobody has to say so. */
export function looksLikeCall(text: string): boolean {
  return /^\s*\{[^]*"jsonrpc"\s*:/.test(text)
}

/** A JSON-RPC request of the Model Context Protocol as text, as what it calls. */
export function readCallText(text: string): Typed<ToolCall> {
  const json = parseStrictJson(text)
  if (json.kind === 'ambiguous') return { problem: `must be one JSON-RPC message: ${json.reason}` }
  const { method, params } = recordOf(json.value)
  if (typeof method !== 'string') return { problem: 'must be a JSON-RPC request with a method' }
  const { _meta: _ignored, ...rest } = recordOf(params)
  const subject = Object.hasOwn(subjects, method) ? subjects[method] : undefined
  if (subject === undefined) return { value: { method, name: '', arguments: sortedJson(rest) } }
  const name = rest[subject]
  if (typeof name !== 'string') return { problem: `must name the ${subject} that ${method} means` }
  const { [subject]: _name, arguments: given = {}, ...others } = rest
  const extra = Object.keys(others).length === 0 ? {} : { extra: sortedJson(others) }
  return { value: { method, name, arguments: sortedJson(given), ...extra } }
}

/** One text for one value, as the gateway sends it on. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}
