import type { SelectedMask } from '@wardgate/policy'
import { isSame, stricter, wildcard, type MaskMethod, type Wildcard } from '@wardgate/masking'
import type { Relation } from '../catalog'
import { columnKey } from '../lineage/value'
import { missingValueKeys } from '../names/missing-values'
import { isView, viewLineage } from '../names/relations'
import { ancestors, descendants, type CatalogIndex } from '../names/catalog-index'
import { generatedSources, isGenerated } from './generated-columns'
import { viewWork } from './view-work'

export interface ColumnRule {
  readonly rule: string
  readonly method: MaskMethod
}

/** Every masked column of the catalog, by key; views, partitions and children included. */
export type MaskedColumns = ReadonlyMap<number, ColumnRule>

/** Sets of selectors remembered per catalog. */
const maxRememberedSets = 64
const redact: MaskMethod = { kind: 'redact' }

interface Selector {
  readonly schema: Wildcard | undefined
  readonly relation: Wildcard
  readonly column: Wildcard
}

function parseSelector(selector: string): Selector | undefined {
  const parts = selector.split('.').map((part) => part.replace(/^"|"$/g, ''))
  const column = parts.at(-1)
  const relation = parts.at(-2)
  if (column === undefined || column === '') return undefined
  const schema = parts.length > 2 ? parts.slice(0, -2).join('.') : undefined
  return {
    schema: schema === undefined ? undefined : wildcard(schema),
    relation: wildcard(relation ?? '*'),
    column: wildcard(column),
  }
}

/** Of several masks on one column the one that shows less counts. True when that changed anything. */
function add(masked: Map<number, ColumnRule>, key: number, added: ColumnRule): boolean {
  const { rule, method } = added
  const before = masked.get(key)
  const chosen = before === undefined ? method : stricter(before.method, method)
  if (before !== undefined && isSame(chosen, before.method)) return false
  masked.set(key, {
    rule: before === undefined || isSame(chosen, method) ? rule : before.rule,
    method: chosen,
  })
  return true
}

function selectFrom(
  relation: Relation,
  selectors: readonly (Selector & ColumnRule)[],
  masked: Map<number, ColumnRule>,
): void {
  for (const selector of selectors) {
    if (selector.schema !== undefined && !selector.schema(relation.schema)) continue
    if (!selector.relation(relation.name)) continue
    for (const column of relation.columns) {
      if (selector.column(column.name)) add(masked, columnKey(relation.id, column.number), selector)
    }
  }
}

/** The same column of a parent or child holds the same rows. */
function spreadToFamily(
  index: CatalogIndex,
  relation: Relation,
  masked: Map<number, ColumnRule>,
): boolean {
  const family = [...ancestors(index, relation.id), ...descendants(index, relation.id)]
  let changed = false
  for (const column of relation.columns) {
    const rule = masked.get(columnKey(relation.id, column.number))
    if (rule === undefined) continue
    for (const id of family) {
      const same = index.relations.get(id)?.columns.find((other) => other.name === column.name)
      if (same !== undefined) changed = add(masked, columnKey(id, same.number), rule) || changed
    }
  }
  return changed
}

/** A view shows what is behind it; what cannot be followed counts as masked only once a mask exists. */
function spreadToView(
  index: CatalogIndex,
  relation: Relation,
  masked: Map<number, ColumnRule>,
): boolean {
  const { outputs } = viewLineage(viewWork(index), relation)
  let changed = false
  relation.columns.forEach((column, position) => {
    const value = outputs.columns?.[position]?.value
    const rule = [...(value?.sources ?? outputs.rest.sources)]
      .map((source) => masked.get(source))
      .find((found) => found !== undefined)
    if (rule === undefined) return
    const method = value?.kind === 'direct' ? rule.method : redact
    changed =
      add(masked, columnKey(relation.id, column.number), { rule: rule.rule, method }) || changed
  })
  return changed
}

/** A generated column is computed from others of its row, so it shows what they hold. */
function spreadToGenerated(
  index: CatalogIndex,
  relation: Relation,
  masked: Map<number, ColumnRule>,
): boolean {
  let changed = false
  for (const { number, sources } of generatedSources(index, relation)) {
    const rule = sources.map((source) => masked.get(source)).find((found) => found !== undefined)
    if (rule !== undefined)
      changed =
        add(masked, columnKey(relation.id, number), { rule: rule.rule, method: redact }) || changed
  }
  return changed
}

/** Passes over the catalog until nothing changes; views over views and partition trees settle in a few. */
const maxPasses = 16

function compute(index: CatalogIndex, masks: readonly SelectedMask[]): MaskedColumns {
  const masked = new Map<number, ColumnRule>()
  const selectors = masks.flatMap((mask) =>
    mask.columns.flatMap((text) => {
      const selector = parseSelector(text)
      const rule = `${mask.reference.policy}/${mask.reference.rule}`
      return selector === undefined
        ? []
        : [{ ...selector, rule, method: mask.columnMethod ?? mask.method }]
    }),
  )
  if (selectors.length === 0) return masked
  for (const relation of index.catalog.relations) selectFrom(relation, selectors, masked)
  const [first] = masked.values()
  if (first === undefined) return masked
  for (const key of missingValueKeys) add(masked, key, { rule: first.rule, method: redact })
  for (let pass = 0; pass < maxPasses; pass += 1) {
    let changed = false
    for (const relation of index.catalog.relations) {
      if (isGenerated(relation)) changed = spreadToGenerated(index, relation, masked) || changed
      if (isView(relation)) {
        changed = spreadToView(index, relation, masked) || changed
      } else if (relation.parents.length > 0 || index.children.has(relation.id)) {
        changed = spreadToFamily(index, relation, masked) || changed
      }
    }
    if (!changed) break
  }
  return masked
}

interface Latest {
  readonly masks: readonly SelectedMask[]
  readonly columns: MaskedColumns
}

/** By catalog. Most operations on it are judged by the same rules, which costs less to see than to write as a key. */
const latest = new WeakMap<CatalogIndex, Latest>()

/** The masked columns for these rules; remembered per catalog because it does not depend on the statement. */
export function maskedColumns(index: CatalogIndex, masks: readonly SelectedMask[]): MaskedColumns {
  const last = latest.get(index)
  if (last !== undefined && areSame(last.masks, masks)) return last.columns
  const columns = rememberedColumns(index, masks)
  latest.set(index, { masks: [...masks], columns })
  return columns
}

function areSame(some: readonly SelectedMask[], others: readonly SelectedMask[]): boolean {
  return some.length === others.length && some.every((mask, at) => mask === others[at])
}

function rememberedColumns(index: CatalogIndex, masks: readonly SelectedMask[]): MaskedColumns {
  const key = `masks ${JSON.stringify(masks.map((mask) => [mask.reference, mask.columns, mask.method, mask.columnMethod]))}`
  const found = index.cache.get(key) as MaskedColumns | undefined
  if (found !== undefined) return found
  const computed = compute(index, masks)
  const remembered = [...index.cache.keys()].filter((name) => name.startsWith('masks '))
  const [oldest] = remembered
  if (remembered.length >= maxRememberedSets && oldest !== undefined) index.cache.delete(oldest)
  index.cache.set(key, computed)
  return computed
}
