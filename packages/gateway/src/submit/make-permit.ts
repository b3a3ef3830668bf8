import { OperationPermit } from '../permit'
import type { Attempt, StepResult } from './attempt'
import { allowed } from './allowed'

/** The one place where a permit comes to be. The intent is written; from here on an outcome is owed. */
export function makePermit(attempt: Attempt): StepResult {
  const { context, operationId } = attempt
  const { session } = context
  const ended = session.follow?.(operationId, attempt.operation, attempt.fromMemo)
  const permit = new OperationPermit(context, operationId, allowed(attempt).allowance, ended)
  context.unsettled.add(permit)
  context.recorder?.mark(operationId)
  return permit
}
