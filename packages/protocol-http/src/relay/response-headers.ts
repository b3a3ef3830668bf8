import { PolicyError } from '@wardgate/errors'
import type { Permit } from '@wardgate/gateway'
import type { EchoMasker } from '../echo/echo-masker'
import type { HttpSettings } from '../settings'
import type { Field } from '../wire/fields'
import { isDroppedFromResponse, speaksOfBytes } from '../wire/header-names'
import { rewriteCookie, rewriteLocation, type Whereabouts } from '../wire/location'

export interface HeaderContext {
  readonly permit: Permit
  readonly settings: HttpSettings
  readonly where: Whereabouts
  readonly requestPath: string
  /** The body is changed on its way, so what the target says of its bytes is no longer true. */
  readonly isMasked: boolean
  /** Hides the target's credential; absent = none was sent. */
  readonly echo: EchoMasker | undefined
}

export interface ShownHeaders {
  readonly headers: readonly Field[]
  readonly maskedCells: number
}

const locations = new Set(['location', 'content-location'])
const legalValue = /^[\t\x20-\x7e\x80-\xff]*$/

/** The header section as the client may see it. */
export function shownHeaders(fields: readonly Field[], context: HeaderContext): ShownHeaders {
  const headers: Field[] = []
  let maskedCells = 0
  const isAsItIs = context.permit.unmasked === true
  for (const field of fields) {
    const { name, value } = field
    if (isDroppedFromResponse(name) || (context.isMasked && speaksOfBytes(name))) continue
    const own = rewritten(name, context.echo?.maskText(value) ?? value, context)
    if (own === undefined || !legalValue.test(own)) continue
    const shown = isAsItIs ? own : context.permit.header(name, own)
    if (shown !== own) maskedCells += 1
    headers.push(shown === value ? field : { name, value: shown })
  }
  return { headers, maskedCells }
}

function rewritten(name: string, value: string, context: HeaderContext): string | undefined {
  if (name === 'set-cookie') return rewriteCookie(value, context.where)
  if (!locations.has(name)) return name === 'refresh' ? undefined : value
  const location = rewriteLocation(value, context.requestPath, context.where)
  if (location.kind === 'own') return location.value
  if (context.settings.redirects === 'pass') return value
  if (name === 'content-location') return undefined
  throw new PolicyError('ERR_POLICY_DENIED', 'the target redirects to another host', {
    nextStep: 'Register that host as a connection and ask there.',
  })
}
