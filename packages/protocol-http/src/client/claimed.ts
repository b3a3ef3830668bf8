import { valueOf, type Field } from '../wire/fields'

const MAX_CLAIM_CHARACTERS = 256

/** What a client says of itself with its first request: shown and searchable, never an allow condition. */
export function claimedBy(fields: readonly Field[]): Readonly<Record<string, string>> {
  const claims = [
    ['application', valueOf(fields, 'user-agent')],
    ['traceparent', valueOf(fields, 'traceparent')],
  ] as const
  return Object.fromEntries(
    claims.flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value.slice(0, MAX_CLAIM_CHARACTERS)]],
    ),
  )
}
