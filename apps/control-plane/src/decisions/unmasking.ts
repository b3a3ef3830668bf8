import { isDeepStrictEqual } from 'node:util'
import {
  type ApprovalTerms,
  combineApprovalTerms,
  type PolicyVerdict,
  type SelectedMask,
} from '@wardgate/policy'
import type { MaskingDecision } from '@wardgate/sql'
import type { DecisionSession } from './decision-session'
import type { Reading } from './facts/reading'

/** Masks that people can lift from this operation. */
export interface Unmasking {
  readonly masking: Extract<MaskingDecision, { kind: 'plan' }>
  readonly terms: ApprovalTerms
  /** For people: what would be seen. */
  readonly columns: string
  readonly rules: readonly SelectedMask['reference'][]
}

/** The client takes the columns masked, as it gets them when nobody agrees: it only claims what it may have anyway. */
export function declinesUnmasking({ claimed }: Pick<DecisionSession, 'claimed'>): boolean {
  return claimed['unmask'] === 'off'
}

/**
 * What the operation would show were the masks lifted that its principal may have lifted; undefined when it shows
 * nothing more. Fails closed: terms that cannot be met together leave the masks where they are.
 */
export function unmaskingOf(
  reading: Reading,
  { obligations, approval }: PolicyVerdict,
  masking: MaskingDecision,
): Unmasking | undefined {
  const lifted = obligations.masks.filter(({ unmask }) => unmask !== undefined)
  if (lifted.length === 0 || masking.kind !== 'plan' || masking.plan.columns.length === 0)
    return undefined
  const shown = new Set(masking.plan.columns.map(({ rule }) => rule))
  const concerned = lifted.filter(({ reference }) =>
    shown.has(`${reference.policy}/${reference.rule}`),
  )
  const masks = obligations.masks.filter((mask) => !concerned.includes(mask))
  const open = reading.masking({ ...obligations, masks })
  if (open.kind !== 'plan' || isDeepStrictEqual(open.plan.columns, masking.plan.columns))
    return undefined
  const asked = concerned.flatMap(({ unmask }) => unmask ?? [])
  const terms = combineApprovalTerms(approval === undefined ? asked : [approval, ...asked])
  if (terms === undefined) return undefined
  const columns = [...new Set(concerned.flatMap((mask) => mask.columns))].join(', ')
  return { masking: open, terms, columns, rules: concerned.map(({ reference }) => reference) }
}
