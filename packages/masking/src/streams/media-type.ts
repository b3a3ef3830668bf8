/** What kind of masker reads a body. */
export type BodyFormat =
  | 'json'
  | 'json-sequence'
  | 'event-stream'
  | 'form'
  | 'csv'
  | 'xml'
  | 'text'
  | 'terminal'
  | 'unreadable'

/** What an interactive program writes: text between escape sequences. No media type that a target would send. */
export const terminalMediaType = 'application/vnd.wardgate.terminal'

/** What two programs tell each other in a protocol of their own: either waits for what the other says. */
export const conversationMediaType = 'application/vnd.wardgate.conversation'

export interface MediaType {
  /** `type/subtype`, lower case; '' = none was given, or it is malformed. */
  readonly essence: string
  readonly parameters: ReadonlyMap<string, string>
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const essenceForm = new RegExp(`^\\s*(${token}/${token})\\s*(?:;|$)`)
const parameterForm = new RegExp(`;\\s*(${token})=(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\s]*))`, 'g')

/** RFC 9110 8.3.1. The first of several parameters of one name counts, and a second with another value spoils the type. */
export function parseMediaType(header: string): MediaType {
  const essence = essenceForm.exec(header)?.[1]?.toLowerCase() ?? ''
  const parameters = new Map<string, string>()
  for (const [, name = '', quoted, bare = ''] of header.matchAll(parameterForm)) {
    const value = (quoted?.replace(/\\(.)/g, '$1') ?? bare).toLowerCase()
    const known = parameters.get(name.toLowerCase())
    if (known !== undefined && known !== value) return { essence: '', parameters: new Map() }
    parameters.set(name.toLowerCase(), value)
  }
  return { essence, parameters }
}

const formats: Readonly<Record<string, BodyFormat>> = {
  'application/json': 'json',
  'text/json': 'json',
  'application/x-ndjson': 'json-sequence',
  'application/ndjson': 'json-sequence',
  'application/jsonl': 'json-sequence',
  'application/x-jsonlines': 'json-sequence',
  'application/jsonlines': 'json-sequence',
  'application/json-seq': 'json-sequence',
  'application/stream+json': 'json-sequence',
  'text/event-stream': 'event-stream',
  'application/x-www-form-urlencoded': 'form',
  'text/csv': 'csv',
  'application/csv': 'csv',
  'text/tab-separated-values': 'csv',
  'application/xml': 'xml',
  'text/xml': 'xml',
  [terminalMediaType]: 'terminal',
  'application/javascript': 'text',
  'application/yaml': 'text',
  'application/x-yaml': 'text',
  'application/toml': 'text',
  'application/sql': 'text',
  'application/x-sh': 'text',
}

/** Charsets of which every byte below 0x80 is the ASCII character and nothing else is. */
const charsets = new Set(['utf-8', 'utf8', 'us-ascii', 'ascii'])

/** Text in another charset could spell anything in bytes that no detector knows: it is unreadable. */
export function formatOf({ essence, parameters }: MediaType): BodyFormat {
  const charset = parameters.get('charset')
  if (charset !== undefined && !charsets.has(charset)) return 'unreadable'
  const known = Object.hasOwn(formats, essence) ? formats[essence] : undefined
  if (known !== undefined) return known
  if (essence.endsWith('+json')) return 'json'
  if (essence.endsWith('+json-seq')) return 'json-sequence'
  if (essence.endsWith('+xml')) return 'xml'
  return essence.startsWith('text/') ? 'text' : 'unreadable'
}
