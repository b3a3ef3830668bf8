import { MemoScope, type TimeLimit, type Verdict } from '@wardgate/contract'
import type { ControlVerdict } from '@wardgate/gateway'
import { recordingModes } from './grant'
import { planFrom } from './masking'
import { errorFromRefused } from './refusal'
import { contractViolation, fromTable } from './violation'

const memoScopes = {
  [MemoScope.MEMO_SCOPE_ONCE]: 'once',
  [MemoScope.MEMO_SCOPE_EXACT]: 'exact',
  [MemoScope.MEMO_SCOPE_SHAPE]: 'shape',
} as const

export function verdictFrom(verdict: Verdict): ControlVerdict {
  return {
    outcome: outcomeFrom(verdict),
    determinedBy: verdict.determinedBy,
    memo: fromTable(memoScopes, verdict.memo, 'the memo scope'),
    epoch: verdict.epoch,
    summary: verdict.summary,
    actions: verdict.actions,
  }
}

function outcomeFrom(verdict: Verdict): ControlVerdict['outcome'] {
  const { outcome } = verdict
  if (outcome === undefined) throw contractViolation('a verdict without an outcome')
  if (outcome.$case === 'deny') return { kind: 'deny', error: errorFromRefused(outcome.value) }
  const { masking, rowLimit, leasedRowLimit, timeLimit, readOnly } = outcome.value
  const { recording, approvalId, lines } = outcome.value
  // Without a plan nobody has said that nothing is masked.
  if (masking === undefined) throw contractViolation('an allow verdict without a masking plan')
  return {
    kind: 'allow',
    masking: planFrom(masking),
    ...(rowLimit === 0n ? {} : { rowLimit: Number(rowLimit) }),
    ...(leasedRowLimit === 0n ? {} : { hourlyRowLimit: Number(leasedRowLimit) }),
    ...(timeLimit === undefined ? {} : { timeLimit: timeLimitFrom(timeLimit) }),
    readOnly,
    recording: fromTable(recordingModes, recording, 'the recording mode'),
    ...(approvalId === '' ? {} : { approvalId }),
    ...(lines ? { lines } : {}),
  }
}

function timeLimitFrom({ seconds, rule }: TimeLimit) {
  if (seconds === 0 || rule === undefined) throw contractViolation('a limit of time that is none')
  return { millis: seconds * 1000, rule: `${rule.policy}/${rule.rule}` }
}
