import { ControlError } from '@wardgate/errors'

const tellEveryMillis = 60_000

/** Why the control plane cannot be attached to, for who looks after the agent. */
export function unreachedBecause(error: unknown): ControlError {
  const details = error instanceof Error && 'details' in error ? String(error.details) : ''
  if (!/certificate/i.test(details))
    return new ControlError('ERR_CONTROL_UNAVAILABLE', 'the control plane cannot be reached', {
      cause: error,
    })
  return new ControlError(
    'ERR_CONTROL_UNAVAILABLE',
    'the control plane presents no certificate of the authority that this agent knows',
    {
      cause: error,
      nextStep:
        'If its authority was made anew, remove identity.json from the state directory, keep the rest of it, and start the agent with a new join token for the same name. Else check the address: somebody may be listening in between.',
    },
  )
}

/** It is tried again every few seconds: told at once, then once a minute. */
export class Reminder {
  #toldAt: number | undefined

  isDue(nowMillis: number): boolean {
    if (this.#toldAt !== undefined && nowMillis - this.#toldAt < tellEveryMillis) return false
    this.#toldAt = nowMillis
    return true
  }

  reset(): void {
    this.#toldAt = undefined
  }
}
