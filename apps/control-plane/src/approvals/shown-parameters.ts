import type { Parameter } from '@wardgate/gateway'
import type { JsonObject } from '../common/audit-port'
import { clean } from '../sessions/claimed'

const mostParameters = 200
const longestValue = 2_000

/** Bound parameters as people can read them. Binary values are shown as hex: their meaning is the target's. */
export function shownParameters(parameters: readonly Parameter[]): readonly JsonObject[] {
  return parameters.slice(0, mostParameters).map(({ type, format, value }) => ({
    type,
    format,
    value: value === null ? null : shown(value, format),
    ...(value !== null && value.length > longestValue ? { cutFrom: value.length } : {}),
  }))
}

function shown(value: Uint8Array, format: 'text' | 'binary'): string {
  const kept = Buffer.from(value.subarray(0, longestValue))
  return format === 'text' ? clean(kept.toString('utf8')) : kept.toString('hex')
}
