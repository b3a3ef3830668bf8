import { type Operation, textOf } from '@wardgate/gateway'

/** Where a client names its trace: a request's header, a command's environment, a statement's trailing comment. */
const commentAtEnd = /\/\*([^*]{1,2000})\*\/\s*;?\s*$/
const commentPair = /([\w.-]{1,100})='([^']{0,1000})'/g
const claimedHeaders = new Set(['user-agent'])
const claimedVariables = new Set(['TRACEPARENT', 'TRACESTATE', 'BAGGAGE'])

/** What the client says in this operation of what caused it. Shown and searched, never a condition. */
export function claimedIn(operation: Operation): Record<string, string> {
  switch (operation.kind) {
    case 'statement':
      return commentOf(operation.text)
    case 'request':
      return {
        ...named(operation.headers, claimedHeaders),
        ...(operation.traceparent === undefined ? {} : { traceparent: operation.traceparent }),
      }
    case 'command':
      return named(operation.environment, claimedVariables)
    case 'tool-call':
      return traceOf(textOf(operation))
    default:
      return {}
  }
}

/** sqlcommenter: key=value pairs in a comment at the end, both parts URL-encoded. */
function commentOf(text: string): Record<string, string> {
  const comment = commentAtEnd.exec(text.slice(-2_100))?.[1]
  if (comment === undefined) return {}
  const pairs = [...comment.matchAll(commentPair)]
  return Object.fromEntries(
    pairs.map(([, name = '', value = '']) => [decoded(name), decoded(value)]),
  )
}

function traceOf(text: string): Record<string, string> {
  const found = /"traceparent"\s*:\s*"([0-9a-f-]{55})"/.exec(text)?.[1]
  return found === undefined ? {} : { traceparent: found }
}

function named(
  values: readonly { readonly name: string; readonly value: string }[],
  wanted: ReadonlySet<string>,
): Record<string, string> {
  const found = values.filter(({ name }) => wanted.has(name))
  return Object.fromEntries(found.map(({ name, value }) => [name.toLowerCase(), value]))
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
