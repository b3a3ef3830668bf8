import type { SessionParameters } from './parameters'

/** What the client says of itself; stored as a claim, never a condition. */
export function claimedBy(parameters: SessionParameters): Record<string, string> {
  const { user, applicationName, takesMasked } = parameters
  const claimed: Record<string, string> = { user: user.slice(0, 256) }
  if (applicationName !== '') claimed['application_name'] = applicationName.slice(0, 256)
  const traceparent = /\b00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}\b/.exec(applicationName)?.[0]
  if (traceparent !== undefined) claimed['traceparent'] = traceparent
  if (takesMasked) claimed['unmask'] = 'off'
  return claimed
}
