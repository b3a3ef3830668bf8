import { valueOf, type Field } from './fields'

/** What the client prefers to happen while its request is held. */
export interface Preferences {
  /** Longest hold in milliseconds; absent = the rule's own. */
  readonly waitMillis?: number
  /** Told at once that approval is pending, with 202. */
  readonly isAsync: boolean
  /** Told while it waits, with 103: not every client can read interim responses. */
  readonly isInformed: boolean
}

const noPreferences: Preferences = { isAsync: false, isInformed: false }
const progress = 'wardgate-progress'
const ours = /^(?:wait\s*=.*|respond-async|wardgate-progress)$/

/** https://datatracker.ietf.org/doc/html/rfc7240: `wait`, `respond-async`, and `wardgate-progress` of our own. */
export function readPreferences(fields: readonly Field[]): Preferences {
  if (valueOf(fields, 'prefer') === undefined) return noPreferences
  const words = fields
    .filter(({ name }) => name === 'prefer')
    .flatMap(({ value }) => value.split(','))
    .map(wordOf)
  const wait = words.map((word) => /^wait\s*=\s*"?(\d{1,6})"?$/.exec(word)?.[1]).find(Boolean)
  const isAsync = words.includes('respond-async')
  const isInformed = words.includes(progress)
  if (wait !== undefined) return { waitMillis: Number(wait) * 1_000, isAsync, isInformed }
  return isAsync ? { waitMillis: 0, isAsync, isInformed } : { isAsync, isInformed }
}

/** What is left for the target, such as `return=representation`; empty = nothing. */
export function preferencesForTarget(value: string): string {
  return value
    .split(',')
    .filter((word) => !ours.test(wordOf(word)))
    .map((word) => word.trim())
    .join(', ')
}

function wordOf(preference: string): string {
  return preference.split(';')[0]?.trim().toLowerCase() ?? ''
}
