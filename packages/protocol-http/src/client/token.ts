import { valueOf, type Field } from '../wire/fields'

/** In the order they are looked for; whichever is used, none of them reaches the target. */
export function readToken(
  fields: readonly Field[],
  tokenHeader: string | undefined,
): string | undefined {
  const own = tokenHeader === undefined ? undefined : valueOf(fields, tokenHeader.toLowerCase())
  if (own !== undefined) return tokenIn(own) ?? own.trim()
  return (
    tokenIn(valueOf(fields, 'proxy-authorization')) ?? tokenIn(valueOf(fields, 'authorization'))
  )
}

/** Of a client of a forward proxy: `Authorization` is meant for the host behind it. */
export function readProxyToken(fields: readonly Field[]): string | undefined {
  return tokenIn(valueOf(fields, 'proxy-authorization'))
}

/** A bearer token, or the password of Basic for clients that know nothing else. */
function tokenIn(credentials: string | undefined): string | undefined {
  const [, scheme = '', value = ''] = /^(bearer|basic) +(\S+) *$/i.exec(credentials ?? '') ?? []
  if (scheme.toLowerCase() !== 'basic') return value === '' ? undefined : value
  const text = Buffer.from(value, 'base64').toString()
  const password = text.slice(text.indexOf(':') + 1)
  return text.includes(':') && password !== '' ? password : undefined
}
