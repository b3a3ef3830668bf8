import type { Attempt, StepResult } from './attempt'
import { refuse } from './refuse'

/** Denied is denied, from the memo too, and each time it is recorded. */
export function refuseDenied(attempt: Attempt): StepResult {
  const outcome = attempt.verdict?.outcome
  return outcome?.kind === 'deny' ? refuse(attempt, outcome.error) : undefined
}
