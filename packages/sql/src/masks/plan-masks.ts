import {
  isSame,
  stricter,
  type ColumnMask,
  type DetectorMask,
  type MaskingPlan,
  type MaskMethod,
  type OriginMask,
} from '@wardgate/masking'
import { detectorMasks, type SelectedMask } from '@wardgate/policy'
import type {
  ColumnReference,
  Influence,
  MaskingDecision,
  OutputColumn,
  PlanMasks,
  StatementAnalysis,
  StatementLineage,
} from '../analysis'
import { columnKey, columnReference } from '../lineage/value'
import { columnAt, columnType, type CatalogIndex } from '../names/catalog-index'
import { missingValueKeys, missingValueName, pgAttribute } from '../names/missing-values'
import { rowKey } from './row-key'
import { isUnseen } from '../schema/change'
import { withChanges } from '../schema/overlay'
import { maskedColumns, type ColumnRule, type MaskedColumns } from './selectors'

const redact: MaskMethod = { kind: 'redact' }

function ruleName(mask: SelectedMask): string {
  return `${mask.reference.policy}/${mask.reference.rule}`
}

/** What follows from the masked columns alone: the same for every statement that is judged by them. */
interface Consequences {
  readonly origins: readonly OriginMask[]
  readonly byRelation: ReadonlyMap<number, readonly OriginMask[]>
}

const consequences = new WeakMap<MaskedColumns, Consequences>()

function consequencesOf(masked: MaskedColumns): Consequences {
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

/** The rule for one output: its own method for the column itself, whole redaction for anything computed from it. */
function outputRule(output: OutputColumn, masked: MaskedColumns): ColumnRule | undefined {
  const rule = output.sources
    .map(({ relation, attribute }) => masked.get(columnKey(relation, attribute)))
    .find((found) => found !== undefined)
  if (rule === undefined) return undefined
  return output.kind === 'direct' ? rule : { rule: rule.rule, method: redact }
}

function isMissingValue({ relation, attribute }: ColumnReference): boolean {
  return missingValueKeys.includes(columnKey(relation, attribute))
}

/** Most statements read pg_attribute for names and types. */
function mayShowMissingValue({ unknownOutputs, outputs = [] }: StatementLineage): boolean {
  const shows = ({ kind, sources }: OutputColumn): boolean =>
    kind === 'unknown' || sources.some(isMissingValue)
  return unknownOutputs || outputs.some(shows)
}

function touchesMasked(statement: StatementLineage, masked: MaskedColumns): boolean {
  if (statement.valueSources.length > 0) return true
  const { byRelation } = consequencesOf(masked)
  return statement.relations.some(
    (id) => byRelation.has(id) && (id !== pgAttribute || mayShowMissingValue(statement)),
  )
}

interface MaskScope {
  readonly index: CatalogIndex
  readonly masked: MaskedColumns
  readonly fallback: ColumnRule
  /** Aggregates over groups of so many values are shown; absent = none are. */
  readonly least: number | undefined
  /** What rows can come from; absent = not known. */
  readonly tables: readonly number[] | undefined
}

/**
 * The tables that the target may say rows come from: it names what the statement names, never a partition or what is
 * behind a view (markTargetListOrigin in parse_target.c). Undefined where something could not be followed.
 */
function tablesOf({ facts, statements }: StatementAnalysis): readonly number[] | undefined {
  if (facts.opaque.length > 0) return undefined
  const tables = [...new Set(statements.flatMap(({ named }) => named))]
  // What the target calls a table that was just made nobody knows.
  return tables.some(isUnseen) ? undefined : tables
}

function originsOf({ masked, tables }: MaskScope): Pick<MaskingPlan, 'origins' | 'tables'> {
  const { origins, byRelation } = consequencesOf(masked)
  if (tables === undefined) return { origins }
  return { origins: tables.flatMap((id) => byRelation.get(id) ?? []), tables }
}

function isOfLargeGroup(
  { groupSize }: Pick<OutputColumn, 'groupSize'>,
  least: number | undefined,
): boolean {
  return groupSize !== undefined && least !== undefined && groupSize >= least
}

function columnMasks(
  outputs: readonly OutputColumn[],
  { index: catalog, masked, fallback, least }: MaskScope,
  { touches, isOnly }: { readonly touches: boolean; readonly isOnly: boolean },
): ColumnMask[] {
  return outputs.flatMap((output, index) => {
    if (isOfLargeGroup(output, least)) return []
    const rule = outputRule(output, masked)
    // Of a column itself NULL says that there is no value; of a computation it can say what the value is.
    const more = output.kind === 'direct' ? typeOf(output, catalog) : { hidesNull: true }
    if (rule !== undefined) {
      const key = isOnly ? rowKey(output, rule.method, outputs, catalog) : undefined
      return [{ index, rule: rule.rule, method: rule.method, ...more, ...(key && { key }) }]
    }
    if (output.kind === 'unknown' && touches)
      return [{ index, rule: fallback.rule, method: redact, ...more }]
    return []
  })
}

function typeOf({ sources: [source] }: OutputColumn, catalog: CatalogIndex): { type?: number } {
  const type = source && columnType(catalog, source)
  return type === undefined || type === 0 || isUnseen(type) ? {} : { type }
}

function bothOf(before: ColumnMask, mask: ColumnMask): ColumnMask {
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

/** Several results of one width share masks by position; else positions mean nothing and origins decide. */
function planFor(
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
  if (results.length === 0) return { columns: [], ...from, detectors, ...words }
  if (widths.size > 1 || width === undefined) {
    return { columns: [], ...from, detectors, ...words, ...(touches && { unknownOrigin }) }
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
    ...from,
    detectors,
    ...words,
    ...(touches && isUnsure && { unknownOrigin }),
  }
}

interface Hit {
  readonly influence: Influence
  readonly rule: ColumnRule
}

function hits(
  statements: readonly StatementLineage[],
  masked: MaskedColumns,
  least: number | undefined,
): Hit[] {
  return statements.flatMap((statement) =>
    statement.influences.flatMap((influence) => {
      if (isOfLargeGroup(influence, least)) return []
      const rule = masked.get(columnKey(influence.column.relation, influence.column.attribute))
      return rule === undefined ? [] : [{ influence, rule }]
    }),
  )
}

function columnName(index: CatalogIndex, hit: Hit): string {
  return referenceName(index, hit.influence.column)
}

function referenceName(index: CatalogIndex, reference: ColumnReference): string {
  if (isMissingValue(reference)) return missingValueName
  const relation = index.relations.get(reference.relation)
  const column = columnAt(index, reference)
  return `${relation?.schema ?? '?'}.${relation?.name ?? '?'}.${column?.name ?? '?'}`
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

function refuse(rule: string, message: string): MaskingDecision {
  return { kind: 'refuse', rule, message }
}

function refusal(
  statements: readonly StatementLineage[],
  masked: MaskedColumns,
  fallback: ColumnRule,
): MaskingDecision | undefined {
  const sources = [...new Set(statements.flatMap((statement) => statement.valueSources))]
  if (sources.length > 0) {
    return refuse(
      fallback.rule,
      `${sources.join(', ')} can show values of masked columns (rule ${fallback.rule}). Leave it out of the statement.`,
    )
  }
  const unsure = statements.some(
    (statement) => statement.unknownInfluence && touchesMasked(statement, masked),
  )
  if (!unsure) return undefined
  return refuse(
    fallback.rule,
    `A condition of this statement cannot be followed to its columns while it reads masked ones (rule ${fallback.rule}). Write it without functions or objects that are unknown.`,
  )
}

/** Where large groups may be shown, the client learns how to ask for them instead of getting a mask of the aggregate. */
function smallGroups(
  statements: readonly StatementLineage[],
  masked: MaskedColumns,
  index: CatalogIndex,
  least: number | undefined,
): MaskingDecision | undefined {
  if (least === undefined) return undefined
  const outputs = statements.flatMap((statement) => statement.outputs ?? [])
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
  const found = hits(statements, masked, least)
  const written = found.find(({ influence }) => influence.where === 'write')
  const hit = written ?? found[0]
  if (hit === undefined) return { kind: 'plan', plan }
  const names = stored.relations.has(hit.influence.column.relation) ? stored : index
  const what = `Column ${columnName(names, hit)} is masked by rule ${hit.rule.rule} and is used ${places[hit.influence.where]}.`
  if (written !== undefined)
    return refuse(hit.rule.rule, `${what} Leave the column out of what is written.`)
  return {
    kind: 'inference',
    rule: hit.rule.rule,
    message: `${what} Select it only as an output, or ask the owner of the rule.`,
    plan,
  }
}
