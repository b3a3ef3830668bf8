import { ProtocolError } from '@wardgate/errors'
import type { NamedValue, RequestOperation, Target } from '@wardgate/gateway'
import { readRequestPath } from '@wardgate/wire'
import { targetWithin, type Visit } from '../client/visit'
import type { Exchange } from '../client/exchange'
import { isDroppedFromRequest } from '../wire/header-names'
import { namedByConnection, valueOf, type Field } from '../wire/fields'
import { narrowAcceptEncoding } from '../wire/codings'
import { preferencesForTarget } from '../wire/preferences'
import type { ReadBody } from './read-body'

/** Everything of a request but its body. */
export type RequestHead = Omit<RequestOperation, 'kind' | 'body' | 'headers'>

/** TRACE shows what the gateway adds, the credential among it; CONNECT leads past every rule. */
const refusedMethods = new Set(['TRACE', 'CONNECT'])

/** Read before the body, so that an ambiguous path is refused without waiting for it. */
export function readHead(exchange: Exchange, visit: Visit, target: Target): RequestHead {
  if (refusedMethods.has(exchange.method))
    throw new ProtocolError('ERR_PROTOCOL_UNSUPPORTED', `${exchange.method} is not passed on`)
  const { path, query } = readRequestPath(targetWithin(exchange, visit), visit.settings)
  const scheme = target.tls.mode === 'disable' ? 'http' : 'https'
  const authority = visit.settings.authority ?? authorityOf(target)
  return { method: exchange.method, scheme, authority, path, query }
}

export function requestOperation(
  head: RequestHead,
  exchange: Exchange,
  visit: Visit,
  body: ReadBody,
): RequestOperation {
  const headers = headersForTarget(exchange, visit, body)
  const traceparent = traceOf(exchange.fields)
  const judged = { kind: 'request', ...head, headers, body: body.judged } as const
  return traceparent === undefined ? judged : { ...judged, traceparent }
}

function headersForTarget(
  exchange: Exchange,
  { settings }: Visit,
  body: ReadBody,
): readonly NamedValue[] {
  const { fields } = exchange
  const dropped = namedByConnection(fields)
  const token = settings.tokenHeader?.toLowerCase()
  const passed: NamedValue[] = []
  for (const field of fields) {
    const { name, value } = field
    const isUpgrade = name === 'upgrade' && exchange.upgrade !== undefined
    if (!isUpgrade && (isDroppedFromRequest(name) || dropped.has(name) || name === token)) continue
    if (name === 'content-encoding' && body.isDecoded) continue
    if (name === 'content-type' && body.judged.kind === 'none') continue
    const shown = valueForTarget(name, value)
    if (shown === value) passed.push(field)
    else if (shown !== undefined) passed.push({ name, value: shown })
  }
  return passed
}

/** Undefined = nothing of it is for the target. */
function valueForTarget(name: string, value: string): string | undefined {
  if (name === 'accept-encoding') return narrowAcceptEncoding(value)
  return name === 'prefer' ? preferencesForTarget(value) || undefined : value
}

/** The one form that every version keeps: https://www.w3.org/TR/trace-context/#traceparent-header-field-values */
const wellFormedTrace = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/

/** Anything else under that name is dropped: it would reach the target without having been judged. */
function traceOf(fields: readonly Field[]): string | undefined {
  const value = valueOf(fields, 'traceparent')
  return value !== undefined && wellFormedTrace.test(value) ? value : undefined
}

/** What the target calls itself; its default port is left out, as clients do. */
function authorityOf({ tls, endpoints }: Target): string {
  const [endpoint] = endpoints
  const host = tls.serverName ?? endpoint?.host ?? ''
  const name = host.startsWith('/') ? 'localhost' : host.includes(':') ? `[${host}]` : host
  const port = endpoint?.port ?? 0
  const isDefault = port === (tls.mode === 'disable' ? 80 : 443) || host.startsWith('/')
  return isDefault ? name : `${name}:${port}`
}
