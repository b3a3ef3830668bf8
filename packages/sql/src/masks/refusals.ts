import type { ColumnReference, MaskingDecision, StatementLineage } from '../analysis'
import { gather } from '../gather'
import { columnAt, type CatalogIndex } from '../names/catalog-index'
import { missingValueName } from '../names/missing-values'
import { isOfLargeGroup, outputRule } from './column-masks'
import { isMissingValue, touchesMasked } from './masked-values'
import type { ColumnRule, MaskedColumns } from './selectors'

export function refuse(rule: string, message: string): MaskingDecision {
  return { kind: 'refuse', rule, message }
}

export function referenceName(index: CatalogIndex, reference: ColumnReference): string {
  if (isMissingValue(reference)) return missingValueName
  const relation = index.relations.get(reference.relation)
  const column = columnAt(index, reference)
  return `${relation?.schema ?? '?'}.${relation?.name ?? '?'}.${column?.name ?? '?'}`
}

export function refusal(
  statements: readonly StatementLineage[],
  masked: MaskedColumns,
  fallback: ColumnRule,
): MaskingDecision | undefined {
  const sources = [...new Set(gather(statements, (statement) => statement.valueSources))]
  if (sources.length > 0) {
    return refuse(
      fallback.rule,
      `${sources.join(', ')} can show values of masked columns (rule ${fallback.rule}). Leave it out of the statement.`,
    )
  }
  const unsure = statements.some(
    (statement) =>
      statement.unknownInfluence &&
      (touchesMasked(statement, masked) || (statement.callsUnfollowed === true && masked.size > 0)),
  )
  if (!unsure) return undefined
  return refuse(
    fallback.rule,
    `What decides in this statement, or is written by it, cannot be followed to its columns, which may be masked ones (rule ${fallback.rule}). Write it without functions or objects that are unknown.`,
  )
}

/** Where large groups may be shown, the client learns how to ask for them instead of getting a mask of the aggregate. */
export function smallGroups(
  statements: readonly StatementLineage[],
  masked: MaskedColumns,
  index: CatalogIndex,
  least: number | undefined,
): MaskingDecision | undefined {
  if (least === undefined) return undefined
  const outputs = gather(statements, (statement) => statement.outputs ?? [])
  const small = outputs.find(
    (output) =>
      output.groupSize !== undefined &&
      !isOfLargeGroup(output, least) &&
      outputRule(output, masked),
  )
  const rule = small && outputRule(small, masked)
  const [column] = small?.sources ?? []
  if (rule === undefined || column === undefined) return undefined
  const name = referenceName(index, column)
  const short = name.slice(name.lastIndexOf('.') + 1)
  return refuse(
    rule.rule,
    `Column ${name} is masked by rule ${rule.rule}; aggregates of it are shown for groups of at least ${least} values only. Read one table, without subqueries or FILTER, and add HAVING count(${short}) >= ${least}.`,
  )
}
