import type { ActionName, Facts } from '@wardgate/policy'
import { FactsDraft } from '../facts-draft'
import { tellFields, valueAt } from '../json/fields'
import { foldedName, parseStrictJson } from '../json/strict-json'
import type { ToolCall } from '../operations'
import { recordOf, type HttpFactsSettings } from '../settings'
import { matchesName } from './name-pattern'
import { classifyText } from './classify'

interface Method {
  readonly action: ActionName
  /** Of what it names. */
  readonly kind?: string
}

/** Methods of the Model Context Protocol, and the engine's own words for what has no message, and what they do. */
const methods: Readonly<Record<string, Method>> = {
  'tools/call': { action: 'call', kind: 'tool' },
  'resources/read': { action: 'read', kind: 'resource' },
  'resources/subscribe': { action: 'listen', kind: 'resource' },
  'resources/unsubscribe': { action: 'read', kind: 'resource' },
  'prompts/get': { action: 'read', kind: 'prompt' },
  'completion/complete': { action: 'read' },
  'tools/list': { action: 'read' },
  'resources/list': { action: 'read' },
  'resources/templates/list': { action: 'read' },
  'prompts/list': { action: 'read' },
  'server/discover': { action: 'read' },
  'subscriptions/listen': { action: 'listen' },
  'tasks/get': { action: 'read' },
  'tasks/list': { action: 'read' },
  'tasks/result': { action: 'read' },
  'tasks/cancel': { action: 'write' },
  'tasks/update': { action: 'write' },
  'logging/setLevel': { action: 'set' },
  initialize: { action: 'read' },
  ping: { action: 'read' },
  'notifications/initialized': { action: 'read' },
  'notifications/cancelled': { action: 'read' },
  'notifications/progress': { action: 'read' },
  'notifications/roots/list_changed': { action: 'read' },
  'session/listen': { action: 'listen' },
  'session/end': { action: 'read' },
}

/** What a call in a tool protocol does: `call` on `tool:<name>`, and what its marked arguments do by themselves. */
export function toolCallFacts(operation: ToolCall, settings: HttpFactsSettings): Facts {
  const { method, name } = operation
  const draft = new FactsDraft('mcp')
  const known = methodOf(operation)
  draft.detail('mcp.method', method)
  if (known === undefined) {
    draft.action('call', `method:${method}`)
    draft.opaque(`the method ${shownName(method)} is not known`)
  } else if (known.kind === undefined) draft.action(known.action, `method:${method}`)
  else {
    draft.action(known.action, `${known.kind}:${name}`)
    draft.detail(`mcp.${known.kind}`, name)
    if (!isPlainName(name)) draft.opaque(`the name of the ${known.kind} is none`)
  }
  if (known?.action === 'call') draft.risk('tool-call')
  draft.summary = name === '' ? method : `${method} ${shownName(name)}`
  readArguments(operation, settings, draft)
  readExtra(operation, draft)
  return draft.facts()
}

function methodOf({ method, arguments: text }: ToolCall): Method | undefined {
  // What a client answers its server carries data to it, unless it is the empty answer to a ping.
  if (method === 'response') return { action: isEmptyAnswer(text) ? 'read' : 'write' }
  return Object.hasOwn(methods, method) ? methods[method] : undefined
}

function isEmptyAnswer(text: string): boolean {
  const json = parseStrictJson(text)
  const result = json.kind === 'value' ? valueAt(json.value, 'result') : undefined
  return typeof result === 'object' && result !== null && Object.keys(result).length === 0
}

function readArguments(operation: ToolCall, settings: HttpFactsSettings, draft: FactsDraft): void {
  if (operation.arguments === '') return
  const json = parseStrictJson(operation.arguments)
  if (json.kind === 'ambiguous') {
    draft.opaque(`the arguments cannot be read: ${json.reason}`)
    return
  }
  tellFields(json.value, 'mcp.argument', draft)
  if (operation.method !== 'tools/call') return
  for (const { tool, argument, as } of settings.arguments)
    if (matchesName(tool, operation.name)) classifyText(valueAt(json.value, argument), as, draft)
}

/** What carries no data of the client's: the server's own state come back, and how it wants the call to be run. */
const carriers = new Set(['requestState', 'task'])

/** Parameters beside those that name and feed the call. */
function readExtra({ extra }: ToolCall, draft: FactsDraft): void {
  if (extra === undefined) return
  const json = parseStrictJson(extra)
  if (json.kind === 'ambiguous') {
    draft.opaque(`the parameters cannot be read: ${json.reason}`)
    return
  }
  tellFields(json.value, 'mcp.extra', draft)
  for (const name of Object.keys(recordOf(json.value)))
    // Answers to the server's questions say what an answer in a message of its own would.
    if (name === 'inputResponses') draft.action('write', 'method:response')
    else if (!carriers.has(name)) draft.opaque(`the parameter ${shownName(name)} is not known`)
}

/** Names with hidden characters look like others: what people read must be what is called. */
function isPlainName(name: string): boolean {
  return (
    name !== '' &&
    name.length <= 2_048 &&
    foldedName(name) === name.toLowerCase() &&
    !/[*]/.test(name)
  )
}

function shownName(name: string): string {
  return name.replace(/[\p{C}\p{Z}]/gu, '?').slice(0, 200)
}
