import { LimitError } from '@wardgate/errors'
import type { Attempt, StepResult } from './attempt'
import { refuse } from './refuse'

/** A client that pipelines without reading may not make the agent remember operations without end. */
export function checkInFlight(attempt: Attempt): StepResult {
  const { limits, waiting, unsettled } = attempt.context
  if (waiting.size + unsettled.size < limits.operationsInFlight) return undefined
  const message = `more than ${limits.operationsInFlight} operations in flight in one session`
  return refuse(attempt, new LimitError('ERR_LIMIT_OPERATIONS', message))
}
