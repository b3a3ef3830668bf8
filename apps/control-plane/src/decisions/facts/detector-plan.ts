import { emptyPlan, type MaskingPlan } from '@wardgate/masking'
import type { Obligations } from '@wardgate/policy'

/** Masks of what streams by without columns: detectors alone. */
export function detectorPlan({ masks }: Obligations): MaskingPlan {
  const detectors = masks.flatMap(({ reference, method, detectors: names }) =>
    names.map((detector) => ({ detector, rule: `${reference.policy}/${reference.rule}`, method })),
  )
  return { ...emptyPlan, detectors }
}
