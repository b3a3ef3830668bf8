import {
  fileActions,
  type FileOperation,
  type ForwardOperation,
  type MessageOperation,
  type Operation,
  type ReplicationOperation,
} from '@wardgate/gateway'
import { looksLikeCall, pathRules, readCallText, readRequestText, type Typed } from '@wardgate/http'
import { InvalidRequest } from '../common/http/invalid-request'
import { explainedKinds, type ExplainRequest } from './explain.dto'

type Asked = ExplainRequest['operation'] & {
  readonly database: string
  /** Of the connection. */
  readonly settings: Readonly<Record<string, unknown>>
}
type ExplainedKind = (typeof explainedKinds)[number]

/** What an engine would submit. Throws InvalidRequest when the text is none of the kind. */
export function explainedOperation(
  asked: Asked,
  operations: readonly Operation['kind'][],
): Operation {
  const kind = asked.kind ?? kindOf(asked.text, operations)
  if (kind === undefined || !operations.includes(kind))
    throw invalid(`its protocol has none of kind ${kind ?? explainedKinds.join(', ')}`, 'kind')
  return makers[kind](asked)
}

const makers: Readonly<Record<ExplainedKind, (asked: Asked) => Operation>> = {
  statement: ({ text, phase, parameters, database }) => ({
    kind: 'statement',
    dialect: 'postgresql',
    phase,
    text,
    prepared: [],
    parameters: parameters.map((value) => ({
      type: 0,
      format: 'text',
      value: value === null ? null : Buffer.from(value),
    })),
    state: { database, role: '', transaction: 'idle' },
  }),
  command: ({ text, terminal }) => ({
    kind: 'command',
    shape: text === '' ? 'shell' : 'exec',
    text,
    terminal,
    environment: [],
  }),
  file: ({ text }) => fileOperation(text.split(' ')),
  forward: ({ text }) => forwardOperation(text),
  request: ({ text, settings }) => ({
    kind: 'request',
    scheme: 'https',
    authority: '',
    ...valid(readRequestText(text, pathRules(settings))),
  }),
  message: messageOperation,
  replication: ({ text }) => replicationOperation(text),
  'tool-call': ({ text }) => ({ kind: 'tool-call', ...valid(readCallText(text)) }),
}

/** What the protocol is mostly used for, unless the text is plainly something else. */
function kindOf(text: string, operations: readonly Operation['kind'][]): ExplainedKind | undefined {
  if (operations.includes('tool-call') && looksLikeCall(text)) return 'tool-call'
  return explainedKinds.find((known) => operations.includes(known))
}

function valid<T>(typed: Typed<T>): T {
  if ('problem' in typed) throw invalid(typed.problem)
  return typed.value
}

function fileOperation([name, path, destination, ...more]: readonly string[]): FileOperation {
  const action = fileActions.find((known) => known === name)
  if (action === undefined || path === undefined || more.length > 0)
    throw invalid(`must be one of ${fileActions.join(', ')}, a space, and a path or two`)
  return { kind: 'file', action, path, ...(destination !== undefined && { destination }) }
}

function forwardOperation(text: string): ForwardOperation {
  const { direction, host, port } =
    /^(?<direction>out|in) (?<host>.*):(?<port>\d{1,5})$/.exec(text)?.groups ?? {}
  if (host === undefined) throw invalid('must be out HOST:PORT, or in HOST:PORT')
  return {
    kind: 'forward',
    direction: direction === 'in' ? 'in' : 'out',
    host,
    port: Number(port),
  }
}

/** As the audit log writes one. */
function messageOperation({ text, settings }: Asked): MessageOperation {
  const { path, message } = /^(?<path>\/\S*) (?<message>.+)$/s.exec(text)?.groups ?? {}
  if (path === undefined || message === undefined)
    throw invalid('must be the path of the WebSocket, a space, and the message')
  const channel = valid(readRequestText(`GET ${path}`, pathRules(settings))).path
  const binary = /^base64:(?<data>[A-Za-z0-9+/]*={0,2})$/.exec(message)?.groups?.['data']
  return binary === undefined
    ? { kind: 'message', channel, format: 'text', data: Buffer.from(message) }
    : { kind: 'message', channel, format: 'binary', data: Buffer.from(binary, 'base64') }
}

function replicationOperation(typed: string): ReplicationOperation {
  const { mode, text, command } =
    /^(?<mode>logical|physical) (?<text>(?<command>\w+).*)$/s.exec(typed)?.groups ?? {}
  if (text === undefined || command === undefined)
    throw invalid('must be logical or physical, a space, and a command')
  return {
    kind: 'replication',
    mode: mode === 'physical' ? 'physical' : 'logical',
    command: command.toUpperCase(),
    text,
  }
}

function invalid(message: string, field = 'text'): InvalidRequest {
  return new InvalidRequest([{ path: `operation.${field}`, message }])
}
