import type { Attempt, StepResult } from './attempt'

/** What it makes, changes or drops, other names may mean to the session afterwards, before anybody else sees it. */
const defines: ReadonlySet<string> = new Set(['create', 'alter', 'drop'])

/** Keeps a fresh verdict for as much as the control plane says it holds for. */
export function remember(attempt: Attempt): StepResult {
  const { controlPlane, memo, scope } = attempt.context
  const { verdict, fromMemo } = attempt
  if (verdict === undefined) return undefined
  if (!fromMemo) memo.keep(attempt.operation, scope, verdict, controlPlane.epoch)
  if (verdict.outcome.kind === 'allow' && verdict.actions.some(({ action }) => defines.has(action)))
    scope.renew()
  return undefined
}
