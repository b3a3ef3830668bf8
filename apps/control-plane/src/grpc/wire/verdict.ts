import { type Allow, MemoScope, type Refused, type Verdict } from '@wardgate/contract'
import { type GatewayError, nextStepOf } from '@wardgate/errors'
import type { AllowGrant, Decision, DenyOutcome } from '../../decisions/decision'
import { planToWire } from './masking'
import { recordingModes } from './session'

const memoScopes = {
  once: MemoScope.MEMO_SCOPE_ONCE,
  exact: MemoScope.MEMO_SCOPE_EXACT,
  shape: MemoScope.MEMO_SCOPE_SHAPE,
} as const

export function refusedToWire(error: GatewayError): Refused {
  return {
    code: error.code,
    message: error.expose ? error.message : 'the control plane failed to answer',
    nextStep: nextStepOf(error),
    retryable: error.retryable,
  }
}

/** Code, text and advice are the decision's own: no other code's advice may stand beside them. */
export function denyOutcomeToWire(denied: DenyOutcome): Refused {
  const { code, message, retryable } = denied
  return { code, message, retryable, nextStep: nextStepOf(denied) }
}

export function allowedToWire(
  operationId: string,
  decision: Decision,
  grant: AllowGrant,
  approvalId = '',
): Verdict {
  const allow: Allow = {
    masking: planToWire(grant.masking),
    rowLimit: BigInt(grant.rowLimit ?? 0),
    leasedRowLimit: BigInt(grant.hourlyRowLimit ?? 0),
    timeLimit: grant.timeLimit,
    readOnly: grant.readOnly,
    recording: recordingModes[grant.recording],
    approvalId,
    lines: grant.lines ?? false,
  }
  return { ...common(operationId, decision), outcome: { $case: 'allow', value: allow } }
}

export function deniedToWire(operationId: string, decision: Decision, refused: Refused): Verdict {
  return { ...common(operationId, decision), outcome: { $case: 'deny', value: refused } }
}

function common(operationId: string, { determinedBy, memo, epoch, facts }: Decision) {
  return {
    operationId,
    determinedBy: determinedBy.map(({ policy, rule }) => ({ policy, rule })),
    memo: memoScopes[memo],
    epoch,
    summary: facts.summary,
    actions: facts.actions.map(({ action, resource }) => ({ action, resource })),
    riskScore: Math.max(0, Math.round(facts.risk.score)),
  }
}
