import type { PolicyVerdict } from '@wardgate/policy'
import type { MaskingDecision } from '@wardgate/sql'
import type { AllowGrant } from './decision'

export function toGrant(masking: MaskingDecision, { obligations }: PolicyVerdict): AllowGrant {
  // A refusal never gets here; were it to, nothing would be readable.
  const plan =
    masking.kind === 'refuse' ? { width: 0, columns: [], origins: [], detectors: [] } : masking.plan
  const { rowLimit, hourlyRowLimit, timeLimit, readOnly, recording, lines = false } = obligations
  return {
    masking: plan,
    readOnly,
    recording,
    lines,
    ...(rowLimit !== undefined && { rowLimit }),
    ...(hourlyRowLimit !== undefined && { hourlyRowLimit }),
    ...(timeLimit !== undefined && { timeLimit }),
  }
}
