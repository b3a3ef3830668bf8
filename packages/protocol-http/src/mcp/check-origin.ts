import { AuthError } from '@wardgate/errors'
import type { Field } from '../wire/fields'

const ofThisMachine =
  /^https?:\/\/(?:localhost|[a-z0-9-]+\.localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/

/**
 * Only browsers say whose page asks, and they cannot be made to say otherwise. A page that has its name point to this
 * machine is told here: https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#security-warning
 */
export function checkOrigin(fields: readonly Field[], allowed: readonly string[]): void {
  const origins = fields.filter(({ name }) => name === 'origin').map(({ value }) => value)
  if (origins.every((origin) => ofThisMachine.test(origin) || isAmong(origin, allowed))) return
  throw new AuthError('ERR_AUTH_FORBIDDEN', 'pages of that origin may not ask this server', {
    nextStep: 'An administrator can let them: origins under mcp of the connection.',
  })
}

function isAmong(origin: string, allowed: readonly string[]): boolean {
  return allowed.some((one) => URL.canParse(one) && new URL(one).origin === origin)
}
