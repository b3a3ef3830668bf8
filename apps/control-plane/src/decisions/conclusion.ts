import type { Operation } from '@wardgate/gateway'
import type { MemoScope, PolicyVerdict, RuleReference } from '@wardgate/policy'
import type { MaskingDecision } from '@wardgate/sql'
import type { PolicySets } from '../policies/policy-sets.service'
import { toGrant } from './allow-grant'
import type { Decision } from './decision'
import type { DecisionSession } from './decision-session'
import { denied } from './denial'
import { digestOf } from './digest-of'
import type { Reading } from './facts/reading'
import { declinesUnmasking, type Unmasking, unmaskingOf } from './unmasking'

/** What is known of an operation when its rules have been asked. */
export interface Judged {
  readonly reading: Reading
  readonly verdict: PolicyVerdict
  readonly masking: MaskingDecision
  readonly memo: MemoScope
  readonly epoch: bigint
  readonly sets: PolicySets
}

const masksRule: RuleReference = { policy: 'wardgate', rule: 'masking' }

/** The decision that follows from the verdict of the rules and from what they mask. */
export function conclude(session: DecisionSession, operation: Operation, judged: Judged): Decision {
  const { reading, verdict, masking, epoch } = judged
  const base = {
    determinedBy: verdict.determinedBy,
    memo: judged.memo,
    epoch,
    facts: reading.facts,
    verdict,
  }
  if (verdict.kind === 'deny')
    return { ...base, outcome: denied('ERR_POLICY_DENIED', verdict.message) }
  const refusal = maskingRefusal(masking, verdict)
  if (refusal !== undefined)
    return {
      ...base,
      determinedBy: [refusal.rule],
      outcome: denied('ERR_POLICY_DENIED', refusal.message),
    }
  const unmasking = reading.runs ? unmaskingOf(reading, verdict, masking) : undefined
  const declines = unmasking !== undefined && declinesUnmasking(session)
  if (unmasking !== undefined && !declines)
    return heldToUnmask(session, operation, judged, unmasking)
  // Another session of the principal may want to ask.
  const memo = declines ? 'once' : judged.memo
  const grant = toGrant(masking, verdict)
  const needsPeople =
    verdict.kind === 'require-approval' || needsInferenceApproval(masking, verdict)
  if (!needsPeople || !reading.runs)
    return { ...base, memo: needsPeople ? 'once' : memo, outcome: { kind: 'allow', grant } }
  if (verdict.approval === undefined)
    return { ...base, outcome: denied('ERR_POLICY_DENIED', 'no rule says who may approve this') }
  return {
    ...base,
    memo: 'once',
    outcome: {
      kind: 'require-approval',
      terms: verdict.approval,
      message: verdict.message,
      grant,
      ...(reading.named && { named: reading.named }),
      digest: digestOf(session, operation, judged),
    },
  }
}

/** The masks are lifted by the approval, and by nothing less: without one nothing of the operation runs. */
function heldToUnmask(
  session: DecisionSession,
  operation: Operation,
  judged: Judged,
  { masking, terms, columns, rules }: Unmasking,
): Decision {
  const { reading, verdict, epoch } = judged
  const summary = `${reading.facts.summary}, with ${columns} unmasked`
  return {
    determinedBy: [...verdict.determinedBy, ...rules],
    memo: 'once',
    epoch,
    facts: { ...reading.facts, summary },
    verdict,
    outcome: {
      kind: 'require-approval',
      terms,
      message: `${summary}, needs approval`,
      grant: toGrant(masking, verdict),
      ...(reading.named && { named: reading.named }),
      digest: digestOf(session, operation, judged),
    },
  }
}

function maskingRefusal(masking: MaskingDecision, { obligations }: PolicyVerdict) {
  if (masking.kind === 'plan') return undefined
  if (masking.kind === 'inference' && obligations.inference !== 'deny') return undefined
  return { message: masking.message, rule: ruleReference(masking.rule) }
}

function needsInferenceApproval(masking: MaskingDecision, { obligations }: PolicyVerdict): boolean {
  return masking.kind === 'inference' && obligations.inference === 'approve'
}

function ruleReference(name: string): RuleReference {
  const slash = name.indexOf('/')
  return slash < 0 ? masksRule : { policy: name.slice(0, slash), rule: name.slice(slash + 1) }
}
