import { analyze } from '../analyze'
import type { MaskingDecision } from '../analysis'
import { planMasks } from '../masks/plan-masks'
import type { CatalogIndex } from '../names/catalog-index'
import { statement } from './reference'

/** What comes of a text that hides nothing from the analysis, where one rule redacts these columns. */
export function decideMasked(
  text: string,
  columns: readonly string[],
  index: CatalogIndex,
): MaskingDecision['kind'] {
  const analysis = analyze(statement(text), index)
  expect(analysis.facts.opaque).toEqual([])
  const reference = { policy: 'p', rule: 'masked' }
  const mask = { reference, columns, detectors: [], method: { kind: 'redact' as const } }
  return planMasks(analysis, { masks: [mask] }, index).kind
}
