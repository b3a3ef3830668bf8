import { ControlError } from '@wardgate/errors'

/** Fails closed: what this build does not understand may be a rule it would have to enforce. */
export function contractViolation(what: string): ControlError {
  return new ControlError(
    'ERR_CONTROL_UNAVAILABLE',
    `the control plane sent ${what}, which this agent does not understand`,
    { nextStep: 'Update the agent to the version of the control plane.' },
  )
}

/** The domain word for a wire enum; unspecified and unknown values are refused. */
export function fromTable<T>(table: Readonly<Record<number, T>>, value: number, what: string): T {
  const found = table[value]
  if (found === undefined) throw contractViolation(`${what} ${value}`)
  return found
}

export function unavailable(message: string, cause?: unknown): ControlError {
  return new ControlError('ERR_CONTROL_UNAVAILABLE', message, { cause })
}
