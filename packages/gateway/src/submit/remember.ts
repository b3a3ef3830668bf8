import type { Attempt, StepResult } from './attempt'

/** Keeps a fresh verdict for as much as the control plane says it holds for. */
export function remember(attempt: Attempt): StepResult {
  const { controlPlane, memo, scope } = attempt.context
  if (attempt.fromMemo || attempt.verdict === undefined) return undefined
  memo.keep(attempt.operation, scope, attempt.verdict, controlPlane.epoch)
  return undefined
}
