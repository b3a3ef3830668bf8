import { isSame, stricter } from '@wardgate/masking'
import { detectorMasks, type SelectedMask } from '@wardgate/policy'
import type { PlanMasks, StatementAnalysis } from '../analysis'
import { gather } from '../gather'
import type { CatalogIndex } from '../names/catalog-index'
import { isUnseen } from '../schema/change'
import { withChanges } from '../schema/overlay'
import { redact } from './column-masks'
import { decisiveHit, inferenceBy } from './inferences'
import { refusal, smallGroups } from './refusals'
import { planFor } from './result-plan'
import { maskedColumns, type ColumnRule, type MaskedColumns } from './selectors'

function ruleName(mask: SelectedMask): string {
  return `${mask.reference.policy}/${mask.reference.rule}`
}

/**
 * The tables that the target may say rows come from: it names what the statement names, never a partition or what is
 * behind a view (markTargetListOrigin in parse_target.c). Undefined where something could not be followed.
 */
function tablesOf({ facts, statements }: StatementAnalysis): readonly number[] | undefined {
  if (facts.opaque.length > 0) return undefined
  const tables = [...new Set(gather(statements, ({ named }) => named))]
  // What the target calls a table that was just made nobody knows.
  return tables.some(isUnseen) ? undefined : tables
}

/** What a session renames, or lets another table have for a child, is masked as before and as after. */
function maskedInEither(
  stored: CatalogIndex,
  index: CatalogIndex,
  masks: readonly SelectedMask[],
): MaskedColumns {
  const before = maskedColumns(stored, masks)
  if (index === stored) return before
  const both = new Map(before)
  for (const [key, rule] of maskedColumns(index, masks)) {
    const known = both.get(key)
    const isLess = known !== undefined && isSame(stricter(known.method, rule.method), known.method)
    if (!isLess) both.set(key, rule)
  }
  return both
}

/** Turns the selected masks into a plan for this statement's outputs. */
export const planMasks: PlanMasks = (analysis, obligations, stored) => {
  const { masks, minimumGroupSize: least } = obligations
  const index = withChanges(stored, analysis.metChanges)
  const detectors = detectorMasks(masks)
  const masked = maskedInEither(stored, index, masks)
  const [first] = masks.filter((mask) => mask.columns.length > 0)
  const tables = tablesOf(analysis)
  if (first === undefined) {
    const expected = tables === undefined ? {} : { tables }
    return { kind: 'plan', plan: { columns: [], origins: [], ...expected, detectors } }
  }
  const fallback: ColumnRule = { rule: ruleName(first), method: redact }
  const { statements } = analysis
  const refused = refusal(statements, masked, fallback)
  if (refused !== undefined) return refused
  const plan = planFor(statements, detectors, { index, masked, fallback, least, tables })
  const small = smallGroups(statements, masked, index, least)
  if (small !== undefined) return small
  const hit = decisiveHit(statements, masked, least)
  if (hit === undefined) return { kind: 'plan', plan }
  const names = stored.relations.has(hit.influence.column.relation) ? stored : index
  return inferenceBy(hit, names, plan)
}
