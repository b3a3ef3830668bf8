import type { Parameter } from '@wardgate/gateway'
import { parameterText } from '@wardgate/sql'
import type { JsonObject } from '../common/audit-port'
import { storable } from '../common/storable-text'

const mostLogged = 200
const longestLogged = 2_000
/** Of all values of one request together: people do not read more. */
const longestAsked = 100_000

/** For the log: the first bound parameters, cut; their number and the digest of the whole are beside them. */
export function loggedParameters(parameters: readonly Parameter[]): readonly JsonObject[] {
  return parameters.slice(0, mostLogged).map((parameter) => shown(parameter, longestLogged))
}

/** For people who decide: every one of them, whole while there is room. What is cut says so. */
export function askedParameters(parameters: readonly Parameter[]): readonly JsonObject[] {
  let room = longestAsked
  return parameters.map((parameter) => {
    const asked = shown(parameter, room)
    room = Math.max(0, room - (parameter.value?.length ?? 0))
    return asked
  })
}

/** Bound parameters as people can read them; binary values of types that are not known are shown as hex. */
function shown({ type, format, value }: Parameter, longest: number): JsonObject {
  if (value === null) return { type, format, value }
  // A part of a value is not a value of its type: as much as is kept is shown as it is.
  if (value.length > longest) {
    const text = parameterText(0, format, value.subarray(0, longest))
    return { type, format, value: storable(text), cutFrom: value.length }
  }
  return { type, format, value: storable(parameterText(type, format, value)) }
}
