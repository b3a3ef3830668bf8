import type { Attempt, StepResult } from './attempt'

/** Nothing starts in a session that has ended; also after every wait, for it may have ended meanwhile. */
export function checkOpen({ context }: Attempt): StepResult {
  context.signal.throwIfAborted()
  return undefined
}
