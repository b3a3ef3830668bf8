import { toGatewayError } from '@wardgate/errors'
import { type PathRules, type RequestPath, readRequestPath } from '@wardgate/wire'
import type { HttpRequest, Named } from '../operations'

/** What somebody typed, or what is wrong with it. */
export type Typed<T> = { readonly value: T } | { readonly problem: string }

const startLine = /^([^\s]+) (\/[^\s]*)(?: HTTP\/1\.[01])?$/
const headerLine = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*(.*?)[ \t]*$/

/**
 * A request as text: `METHOD /path?query`, header lines, an empty line, the body. The path is read as the gateway reads
 * it: what it would refuse as ambiguous is a problem here.
 */
export function readRequestText(text: string, rules: PathRules): Typed<HttpRequest> {
  const end = /\r?\n\r?\n/.exec(text)
  // Without a body the empty line may have been lost on the way here.
  const head = end === null ? text.replace(/\r?\n$/, '') : text.slice(0, end.index)
  const content = end === null ? '' : text.slice(end.index + end[0].length)
  const [line = '', ...lines] = head.split(/\r?\n/)
  const [, method, target] = startLine.exec(line) ?? []
  if (method === undefined || target === undefined)
    return { problem: 'must begin with METHOD /path, or METHOD /path HTTP/1.1' }
  const where = pathOf(target, rules)
  if ('problem' in where) return where
  const headers: Named[] = []
  for (const raw of lines) {
    const [, name, value = ''] = headerLine.exec(raw) ?? []
    if (name === undefined) return { problem: `has a line that is no header: ${raw.slice(0, 60)}` }
    headers.push({ name: name.toLowerCase(), value })
  }
  return { value: { method, ...where.value, headers, body: bodyOf(content, headers) } }
}

/** As a connection with these settings reads paths. */
export function pathRules(rawSettings: Readonly<Record<string, unknown>>): PathRules {
  const { encodedSlash, pathParameters } = rawSettings
  return {
    encodedSlash: encodedSlash === 'keep' ? 'keep' : 'refuse',
    pathParameters: pathParameters === 'keep' ? 'keep' : 'refuse',
  }
}

function pathOf(target: string, rules: PathRules): Typed<RequestPath> {
  try {
    return { value: readRequestPath(target, rules) }
  } catch (caught) {
    return { problem: toGatewayError(caught).message }
  }
}

function bodyOf(content: string, headers: readonly Named[]): HttpRequest['body'] {
  if (content === '') return { kind: 'none' }
  const mediaType = headers.find(({ name }) => name === 'content-type')?.value ?? ''
  return { kind: 'whole', mediaType, bytes: Buffer.from(content) }
}
