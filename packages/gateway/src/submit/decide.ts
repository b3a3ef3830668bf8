import { PolicyError, toGatewayError } from '@wardgate/errors'
import type { ControlVerdict } from '../ports'
import type { Attempt, StepResult } from './attempt'
import { newOperationId } from './operation-id'
import { refuse } from './refuse'
import { VerdictWait } from './verdict-wait'

/** Asks the control plane, and waits for people when it says so. */
export function decide(attempt: Attempt): StepResult | Promise<StepResult> {
  return attempt.verdict === undefined ? ask(attempt) : undefined
}

async function ask(attempt: Attempt): Promise<StepResult> {
  const { context } = attempt
  try {
    let verdict = await new VerdictWait(attempt).verdict
    if (isVoid(attempt, verdict) && !usedApproval(verdict)) {
      // The policy changed while the answer was under way: once more, under a new id, for ids are single use.
      attempt.operationId = newOperationId(context.clock.now())
      verdict = await new VerdictWait(attempt).verdict
    }
    attempt.verdict = verdict
    if (!isVoid(attempt, verdict)) return undefined
  } catch (caught) {
    const refusal = refuse(attempt, toGatewayError(caught))
    context.signal.throwIfAborted()
    return refusal
  }
  const message = 'the policy changed while this operation was being decided'
  return refuse(attempt, new PolicyError('ERR_POLICY_STALE', message, { retryable: true }))
}

/** A newer epoch than ours is not void: the news of it comes by another stream and may be behind. */
function isVoid({ context }: Attempt, verdict: ControlVerdict): boolean {
  return verdict.outcome.kind === 'allow' && verdict.epoch < context.controlPlane.epoch
}

function usedApproval({ outcome }: ControlVerdict): boolean {
  return outcome.kind === 'allow' && outcome.approvalId !== undefined
}
