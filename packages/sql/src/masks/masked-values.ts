import type { OriginMask } from '@wardgate/masking'
import type { ColumnReference, OutputColumn, StatementLineage } from '../analysis'
import { columnKey, columnReference } from '../lineage/value'
import { missingValueKeys, pgAttribute } from '../names/missing-values'
import { isUnseen } from '../schema/change'
import type { MaskedColumns } from './selectors'

/** What follows from the masked columns alone: the same for every statement that is judged by them. */
interface Consequences {
  readonly origins: readonly OriginMask[]
  readonly byRelation: ReadonlyMap<number, readonly OriginMask[]>
}

const consequences = new WeakMap<MaskedColumns, Consequences>()

export function consequencesOf(masked: MaskedColumns): Consequences {
  const known = consequences.get(masked)
  if (known !== undefined) return known
  const all = [...masked].map(([key, { rule, method }]) => {
    const { relation, attribute } = columnReference(key)
    return { table: relation, attribute, rule, method }
  })
  const origins = all.filter(({ table }) => !isUnseen(table))
  const byRelation = new Map<number, OriginMask[]>()
  for (const origin of all) {
    const known = byRelation.get(origin.table)
    if (known === undefined) byRelation.set(origin.table, [origin])
    else known.push(origin)
  }
  const found = { origins, byRelation }
  consequences.set(masked, found)
  return found
}

export function isMissingValue({ relation, attribute }: ColumnReference): boolean {
  return missingValueKeys.includes(columnKey(relation, attribute))
}

/** Most statements read pg_attribute for names and types. */
function mayShowMissingValue({ unknownOutputs, outputs = [] }: StatementLineage): boolean {
  const shows = ({ kind, sources }: OutputColumn): boolean =>
    kind === 'unknown' || sources.some(isMissingValue)
  return unknownOutputs || outputs.some(shows)
}

export function touchesMasked(statement: StatementLineage, masked: MaskedColumns): boolean {
  if (statement.valueSources.length > 0) return true
  const { byRelation } = consequencesOf(masked)
  return statement.relations.some(
    (id) => byRelation.has(id) && (id !== pgAttribute || mayShowMissingValue(statement)),
  )
}
