import type { SpanContext } from '@opentelemetry/api'

/** https://www.w3.org/TR/trace-context/#traceparent-header-field-values, version 00. */
const pattern = /^00-(?<traceId>[0-9a-f]{32})-(?<spanId>[0-9a-f]{16})-(?<flags>[0-9a-f]{2})$/
const zeros = /^0+$/
/** https://www.w3.org/TR/trace-context/#sampled-flag */
const sampled = 1

export function parseTraceparent(text: string | undefined): SpanContext | undefined {
  const groups = pattern.exec(text ?? '')?.groups
  const { traceId = '', spanId = '', flags = '' } = groups ?? {}
  if (groups === undefined || zeros.test(traceId) || zeros.test(spanId)) return undefined
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true }
}

export function formatTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${(traceFlags & sampled) === 0 ? '00' : '01'}`
}
