import { isSame, type ColumnMask, type MaskMethod } from '@wardgate/masking'
import type { OutputColumn } from '../analysis'
import { columnKey } from '../lineage/value'
import { columnType, type CatalogIndex } from '../names/catalog-index'
import { isUnseen } from '../schema/change'
import { rowKey } from './row-key'
import type { ColumnRule, MaskedColumns } from './selectors'

export const redact: MaskMethod = { kind: 'redact' }

export interface MaskScope {
  readonly index: CatalogIndex
  readonly masked: MaskedColumns
  readonly fallback: ColumnRule
  /** Aggregates over groups of so many values are shown; absent = none are. */
  readonly least: number | undefined
  /** What rows can come from; absent = not known. */
  readonly tables: readonly number[] | undefined
}

/** The rule for one output: its own method for the column itself, whole redaction for anything computed from it. */
export function outputRule(output: OutputColumn, masked: MaskedColumns): ColumnRule | undefined {
  const rule = output.sources
    .map(({ relation, attribute }) => masked.get(columnKey(relation, attribute)))
    .find((found) => found !== undefined)
  if (rule === undefined) return undefined
  return output.kind === 'direct' ? rule : { rule: rule.rule, method: redact }
}

export function isOfLargeGroup(
  { groupSize }: Pick<OutputColumn, 'groupSize'>,
  least: number | undefined,
): boolean {
  return groupSize !== undefined && least !== undefined && groupSize >= least
}

export function columnMasks(
  outputs: readonly OutputColumn[],
  { index: catalog, masked, fallback, least }: MaskScope,
  { touches, isOnly }: { readonly touches: boolean; readonly isOnly: boolean },
): ColumnMask[] {
  const maskOf = (output: OutputColumn, index: number): ColumnMask | undefined => {
    if (isOfLargeGroup(output, least)) return undefined
    const rule = outputRule(output, masked)
    // Of a column itself NULL says that there is no value; of a computation it can say what the value is.
    const more = output.kind === 'direct' ? typeOf(output, catalog) : { hidesNull: true }
    if (rule !== undefined) {
      const key = isOnly ? rowKey(output, rule.method, outputs, catalog) : undefined
      return { index, rule: rule.rule, method: rule.method, ...more, ...(key && { key }) }
    }
    if (output.kind === 'unknown' && touches)
      return { index, rule: fallback.rule, method: redact, ...more }
    return undefined
  }
  return outputs.map(maskOf).filter((mask) => mask !== undefined)
}

function typeOf({ sources: [source] }: OutputColumn, catalog: CatalogIndex): { type?: number } {
  const type = source && columnType(catalog, source)
  return type === undefined || type === 0 || isUnseen(type) ? {} : { type }
}

export function bothOf(before: ColumnMask, mask: ColumnMask): ColumnMask {
  const method = isSame(before.method, mask.method) ? mask.method : redact
  const hides = (before.hidesNull ?? false) || (mask.hidesNull ?? false)
  return {
    index: mask.index,
    rule: mask.rule,
    method,
    ...(before.type !== undefined && before.type === mask.type && { type: mask.type }),
    ...(hides && { hidesNull: true }),
  }
}
