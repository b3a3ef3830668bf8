import type { MaskingPlan } from '@wardgate/masking'
import type { Influence, MaskingDecision, StatementLineage } from '../analysis'
import { gather } from '../gather'
import { columnKey } from '../lineage/value'
import type { CatalogIndex } from '../names/catalog-index'
import { isOfLargeGroup } from './column-masks'
import { referenceName, refuse } from './refusals'
import type { ColumnRule, MaskedColumns } from './selectors'

export interface Hit {
  readonly influence: Influence
  readonly rule: ColumnRule
}

function hits(
  statements: readonly StatementLineage[],
  masked: MaskedColumns,
  least: number | undefined,
): Hit[] {
  const found: Hit[] = []
  for (const influence of gather(statements, ({ influences }) => influences)) {
    if (isOfLargeGroup(influence, least)) continue
    const rule = masked.get(columnKey(influence.column.relation, influence.column.attribute))
    if (rule !== undefined) found.push({ influence, rule })
  }
  return found
}

/** The one to tell of: what would write a masked value somewhere else comes first. */
export function decisiveHit(
  statements: readonly StatementLineage[],
  masked: MaskedColumns,
  least: number | undefined,
): Hit | undefined {
  const found = hits(statements, masked, least)
  return found.find(({ influence }) => influence.where === 'write') ?? found[0]
}

const places: Readonly<Record<Influence['where'], string>> = {
  predicate: 'in a condition',
  order: 'to order rows',
  group: 'to group rows without showing it',
  join: 'to join tables',
  argument: 'as an argument that decides an effect or the number of rows',
  window: 'in a window',
  distinct: 'to tell rows apart',
  limit: 'to limit rows',
  plan: 'where EXPLAIN ANALYZE tells how much room its values took',
  write: 'as a value to be written where its mask would not follow',
}

/** What is written without its mask is refused; of anything else the rules say whether people are asked. */
export function inferenceBy(
  { influence, rule: { rule } }: Hit,
  names: CatalogIndex,
  plan: MaskingPlan,
): MaskingDecision {
  const name = referenceName(names, influence.column)
  const what = `Column ${name} is masked by rule ${rule} and is used ${places[influence.where]}.`
  if (influence.where === 'write')
    return refuse(rule, `${what} Leave the column out of what is written.`)
  const message = `${what} Select it only as an output, or ask the owner of the rule.`
  return { kind: 'inference', rule, message, plan }
}
