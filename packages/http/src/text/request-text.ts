import type { HttpRequest, Named } from '../operations'

/** What somebody typed, or what is wrong with it. */
export type Typed<T> = { readonly value: T } | { readonly problem: string }

const startLine = /^([^\s]+) (\/[^\s?]*)(?:\?([^\s]*))?(?: HTTP\/1\.[01])?$/
const headerLine = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*(.*?)[ \t]*$/

/**
 * A request as text: `METHOD /path?query`, header lines, an empty line, the body. The path has to be as the gateway
 * would send it on: what it would first bring into another form, or refuse, is a problem here.
 */
export function readRequestText(text: string): Typed<HttpRequest> {
  const end = /\r?\n\r?\n/.exec(text)
  const head = end === null ? text : text.slice(0, end.index)
  const content = end === null ? '' : text.slice(end.index + end[0].length)
  const [line = '', ...lines] = head.split(/\r?\n/)
  const [, method, path, query = ''] = startLine.exec(line) ?? []
  if (method === undefined || path === undefined)
    return { problem: 'must begin with METHOD /path, or METHOD /path HTTP/1.1' }
  if (!isPlainPath(path)) return { problem: 'has a path that is not in its plain form' }
  const headers: Named[] = []
  for (const raw of lines) {
    const [, name, value = ''] = headerLine.exec(raw) ?? []
    if (name === undefined) return { problem: `has a line that is no header: ${raw.slice(0, 60)}` }
    headers.push({ name: name.toLowerCase(), value })
  }
  return { value: { method, path, query, headers, body: bodyOf(content, headers) } }
}

function bodyOf(content: string, headers: readonly Named[]): HttpRequest['body'] {
  if (content === '') return { kind: 'none' }
  const mediaType = headers.find(({ name }) => name === 'content-type')?.value ?? ''
  return { kind: 'whole', mediaType, bytes: Buffer.from(content) }
}

function isPlainPath(path: string): boolean {
  const isOdd =
    /\/\/|\/\.{1,2}(?:\/|$)|[;\\"<>^`{|}[\]#]|[^\x21-\x7e]/.test(path) ||
    /%(?![0-9A-F]{2})|%2F|%5C|%3B|%25[0-9A-Fa-f]{2}|%[01][0-9A-F]|%7F/.test(path)
  const encodesPlain = [...path.matchAll(/%([0-9A-F]{2})/g)].some(([, hex = '']) =>
    /[A-Za-z0-9\-._~]/.test(String.fromCharCode(parseInt(hex, 16))),
  )
  return !isOdd && !encodesPlain
}
