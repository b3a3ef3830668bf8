import type { ColumnMask, DetectorMask, MaskingPlan } from '@wardgate/masking'
import type { StatementLineage } from '../analysis'
import { gather } from '../gather'
import { bothOf, columnMasks, redact, type MaskScope } from './column-masks'
import { consequencesOf, touchesMasked } from './masked-values'

function originsOf({ masked, tables }: MaskScope): Pick<MaskingPlan, 'origins' | 'tables'> {
  const { origins, byRelation } = consequencesOf(masked)
  if (tables === undefined) return { origins }
  return { origins: gather(tables, (id) => byRelation.get(id) ?? []), tables }
}

/** Several results of one width share masks by position; else positions mean nothing and origins decide. */
export function planFor(
  statements: readonly StatementLineage[],
  detectors: readonly DetectorMask[],
  scope: MaskScope,
): MaskingPlan {
  const { masked, fallback } = scope
  const from = originsOf(scope)
  const touches = statements.some(
    (statement) => statement.tainted || touchesMasked(statement, masked),
  )
  const unknownOrigin = { rule: fallback.rule, method: redact }
  const results = statements.filter(
    (statement) => statement.outputs !== undefined || statement.unknownOutputs,
  )
  const widths = new Set(results.map((statement) => statement.outputs?.length))
  const [width] = widths
  const saysAnything = touches || statements.some(({ runsUnseen }) => runsUnseen === true)
  const words = saysAnything && masked.size > 0 ? { touchesMasked: true } : {}
  if (results.length === 0) return { columns: [], detectors, ...from, ...words }
  if (widths.size > 1 || width === undefined) {
    return { columns: [], detectors, ...from, ...words, ...(touches && { unknownOrigin }) }
  }
  const columns = new Map<number, ColumnMask>()
  // Positions of one result mean nothing in another.
  const isOnly = results.length === 1
  let isUnsure = false
  for (const { outputs = [] } of results) {
    isUnsure ||= outputs.some((output) => output.kind === 'unknown')
    for (const mask of columnMasks(outputs, scope, { touches, isOnly })) {
      const before = columns.get(mask.index)
      columns.set(mask.index, before === undefined ? mask : bothOf(before, mask))
    }
  }
  return {
    width,
    columns: [...columns.values()],
    detectors,
    ...from,
    ...words,
    ...(touches && isUnsure && { unknownOrigin }),
  }
}
