import type { Attempt, StepResult } from './attempt'

/** A verdict of this epoch for the same operation of the same principal in the same state saves the round trip. */
export function lookUpMemo(attempt: Attempt): StepResult {
  const { controlPlane, memo, scope } = attempt.context
  if (!controlPlane.memoUsable) return undefined
  attempt.verdict = memo.find(attempt.operation, scope, controlPlane.epoch)
  attempt.fromMemo = attempt.verdict !== undefined
  return undefined
}
