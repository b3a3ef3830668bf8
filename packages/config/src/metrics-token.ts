import { z } from 'zod'
import { Secret } from './secret'

const leastCharacters = 16

/** Bearer token of `/metrics`, the same key for every part of ours. */
export const metricsToken = z
  .string()
  .min(leastCharacters, `must have ${leastCharacters} characters or more`)
  .transform((value) => new Secret(value))
  .meta({ secret: true })
  .optional()
  .describe(
    'Bearer token that `/metrics` asks for. Without one it is served on this machine alone, and refused elsewhere.',
  )

/** `stays`: whatever can reach the listener runs on this machine. */
export interface MetricsListener {
  readonly token: Secret | undefined
  readonly stays: boolean
}

/** Fails closed: metrics tell who works when, so beyond the machine they are for whom holds the token. */
export function mayReadMetrics(
  { token, stays }: MetricsListener,
  authorization: string | undefined,
): boolean {
  if (token === undefined) return stays
  const sent = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1]
  return sent !== undefined && token.equals(sent)
}
