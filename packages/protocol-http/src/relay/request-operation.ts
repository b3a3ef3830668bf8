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
  return {
    method: exchange.method,
    scheme: target.tls.mode === 'disable' ? 'http' : 'https',
    authority: visit.settings.authority ?? authorityOf(target),
    ...readRequestPath(targetWithin(exchange, visit), visit.settings),
  }
}

export function requestOperation(
  head: RequestHead,
  exchange: Exchange,
  visit: Visit,
  body: ReadBody,
): RequestOperation {
  const headers = headersForTarget(exchange, visit, body)
  const traceparent = traceOf(exchange.fields)
  const claimed = traceparent === undefined ? {} : { traceparent }
  return { kind: 'request', ...head, headers, body: body.judged, ...claimed }
}

function headersForTarget(
  exchange: Exchange,
  { settings }: Visit,
  body: ReadBody,
): readonly NamedValue[] {
  const { fields } = exchange
  const dropped = namedByConnection(fields)
  const token = settings.tokenHeader?.toLowerCase()
  return fields.flatMap(({ name, value }) => {
    if (name === 'upgrade' && exchange.upgrade !== undefined) return [{ name, value }]
    if (isDroppedFromRequest(name) || dropped.has(name) || name === token) return []
    if (name === 'content-encoding' && body.isDecoded) return []
    if (name === 'content-type' && body.judged.kind === 'none') return []
    if (name === 'accept-encoding') return [{ name, value: narrowAcceptEncoding(value) }]
    if (name !== 'prefer') return [{ name, value }]
    const rest = preferencesForTarget(value)
    return rest === '' ? [] : [{ name, value: rest }]
  })
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
