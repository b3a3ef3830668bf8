import type { Parameter } from '@wardgate/gateway'
import { parameterText } from '@wardgate/sql'
import type { JsonObject } from '../common/audit-port'
import { storable } from '../common/storable-text'

const mostParameters = 200
const longestValue = 2_000

/** Bound parameters as people can read them; binary values of types that are not known are shown as hex. */
export function shownParameters(parameters: readonly Parameter[]): readonly JsonObject[] {
  return parameters.slice(0, mostParameters).map(({ type, format, value }) => ({
    type,
    format,
    value: value === null ? null : shown(type, format, value),
    ...(value !== null && value.length > longestValue ? { cutFrom: value.length } : {}),
  }))
}

function shown(type: number, format: 'text' | 'binary', value: Uint8Array): string {
  // A part of a value is not a value of its type: as much as is kept is shown as it is.
  const whole = value.length <= longestValue
  return storable(parameterText(whole ? type : 0, format, value.subarray(0, longestValue)))
}
