import { isStateful, type Operation, type Parameter, type RequestOperation } from '../operation'
import { operationJson } from '../operation-json'

/** Longer texts and parameters are decided afresh: comparing them costs more than it saves. */
export const maxMemoTextCharacters = 16_384
export const maxMemoParameterBytes = 4_096

const runsByName = /prepare|execute|declare|fetch|move|deallocate/i

/**
 * Statements that run, make or drop something by name mean another thing when the session's names change, which
 * the key does not hold. By text alone: a word inside a literal or comment costs a round trip, never a wrong hit.
 */
export function bypassesMemo(operation: Operation): boolean {
  return (
    operation.kind === 'statement' &&
    (operation.prepared.length > 0 || runsByName.test(operation.text))
  )
}

/** Injective: the length before each part keeps text and parameters apart. Undefined = not to be remembered. */
export function exactKey(operation: Operation): string | undefined {
  if (!isStateful(operation)) return statelessKey(operation)
  const parameters = parametersKey(operation.parameters)
  if (parameters === undefined) return undefined
  if (operation.kind === 'function-call') return `f${operation.functionId}:${parameters}`
  if (operation.text.length > maxMemoTextCharacters) return undefined
  return `x${phaseLetter[operation.phase]}${dialectLetter[operation.dialect]}${operation.text.length}:${operation.text}${parameters}`
}

const phaseLetter = { simple: 's', prepare: 'p', execute: 'e' } as const
const dialectLetter = { postgresql: 'g', mysql: 'm' } as const

/** Any literals and any parameter values, but the same types: they choose among overloaded functions. */
export function shapedKey(operation: Operation, shape: string): string | undefined {
  if (operation.kind !== 'statement') return undefined
  const { parameters } = operation
  const types = parameters.length === 0 ? '' : parameters.map(({ type }) => type).join()
  return `s${phaseLetter[operation.phase]}${dialectLetter[operation.dialect]}${types}:${shape}`
}

function statelessKey(operation: Parameters<typeof operationJson>[0]): string | undefined {
  if (operation.kind === 'request') return requestKey(operation)
  const form = operationJson(operation)
  if (form === undefined) return undefined
  const key = `j${JSON.stringify(form)}`
  return key.length > maxMemoTextCharacters ? undefined : key
}

/** All of it but the claimed trace. As JSON it would cost several times as much. */
function requestKey(request: RequestOperation): string | undefined {
  const { method, scheme, authority, path, query, headers } = request
  const body = bodyKey(request)
  if (body === undefined) return undefined
  let key = `r${part(method)}${part(scheme)}${part(authority)}${part(path)}${part(query)}${headers.length}:`
  for (const { name, value } of headers) key += part(name) + part(value)
  key += body
  return key.length > maxMemoTextCharacters ? undefined : key
}

function bodyKey({ body }: RequestOperation): string | undefined {
  if (body.kind === 'none') return ''
  if (body.kind === 'unread' || body.bytes.length > maxMemoTextCharacters) return undefined
  const { buffer, byteOffset, byteLength } = body.bytes
  return part(body.mediaType) + Buffer.from(buffer, byteOffset, byteLength).toString('latin1')
}

function part(text: string): string {
  return `${text.length}:${text}`
}

function parametersKey(parameters: readonly Parameter[]): string | undefined {
  if (parameters.length === 0) return ''
  let key = ''
  let bytes = 0
  for (const { type, format, value } of parameters) {
    bytes += value?.length ?? 0
    if (bytes > maxMemoParameterBytes) return undefined
    key += `,${type}${format === 'text' ? 't' : 'b'}${value?.length ?? 'n'}:`
    if (value)
      key += Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1')
  }
  return key
}
