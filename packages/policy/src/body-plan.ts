import type { DetectorMask, MaskingPlan } from '@wardgate/masking'
import type { Obligations } from './verdict'

/** A member that the answer calls by another name than the target does: a GraphQL alias. */
export interface Renamed {
  readonly field: string
  readonly as: string
}

/** The detectors that these masks ask for, in the words of a plan. */
export function detectorMasks(masks: Obligations['masks']): readonly DetectorMask[] {
  return masks.flatMap(({ reference: { policy, rule }, detectors, method }) =>
    detectors.map((detector) => ({ detector, rule: `${policy}/${rule}`, method })),
  )
}

/**
 * The plan of what answers with bodies, headers or text. Columns are no part of it: they are known by lineage, which
 * only statements have. A renamed field is masked under its new name wherever a path could mean it.
 */
export function bodyPlan(
  { masks, unreadable }: Pick<Obligations, 'masks' | 'unreadable'>,
  renamed: readonly Renamed[] = [],
): MaskingPlan {
  const all = masks.map(({ reference: { policy, rule }, ...mask }) => ({
    ...mask,
    rule: `${policy}/${rule}`,
  }))
  return {
    columns: [],
    origins: [],
    detectors: detectorMasks(masks),
    paths: all.flatMap(({ paths = [], rule, method }) => {
      const aliases = renamed.filter(({ field }) => paths.some((path) => mayName(path, field)))
      return [...paths, ...aliases.map(({ as }) => as)].map((path) => ({ path, rule, method }))
    }),
    headers: all.flatMap(({ headers = [], rule, method }) =>
      headers.map((name) => ({ name, rule, method })),
    ),
    unreadable: unreadable ?? 'refuse',
  }
}

/** Whether a step of the path may be this field; a glob may be any. */
function mayName(path: string, field: string): boolean {
  const steps = path.toLowerCase().split(/[^\p{L}\p{N}_*?-]+/u)
  return steps.some((step) => /[*?]/.test(step) || step === field.toLowerCase())
}
