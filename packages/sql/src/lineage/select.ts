import { act, influence, opaque, visit, type Where, type Work } from './work'
import { noteEventTriggers } from '../names/event-triggers'
import { runFillingCode } from '../names/type-code'
import { isNoHome } from '../schema/change'
import { child, flag, integerConstant, list, nameParts, text, unwrap, type Tree } from '../tree'
import { decide, decideWindow, evaluate, evaluateBare } from './expression'
import { addFrom } from './from'
import { outputName } from './output-names'
import { noteLocks } from './row-locks'
import { isCartesian } from './cartesian'
import { combine, neverHasRows, noteComparison, noteOneArm } from './set-operations'
import { addCtes } from './ctes'
import {
  conjuncts,
  groupSizes,
  noteGroupConditions,
  withGroupSizes,
  type GroupSizes,
} from './group-size'
import { findColumn, findEntries, nested, rowOf, type Scope } from './scope'
import {
  allOf,
  derive,
  either,
  known,
  nothing,
  type NamedValue,
  type Outputs,
  type Value,
} from './value'

/** `shown` = the rows reach the client, so grouping by a shown column reveals nothing that its mask does not. */
export function evaluateSelect(body: Tree, parent: Scope, work: Work, shown: boolean): Outputs {
  if (!visit(work)) return { rest: derive([]) }
  const scope = addCtes(child(body, 'withClause'), nested(parent), work)
  const operation = text(body, 'op')
  if (operation !== 'SETOP_NONE' && operation !== '') return setOperation(body, scope, work, shown)
  const rows = list(body, 'valuesLists')
  if (rows.length > 0) return values(body, rows, scope, work)
  return plainSelect(body, scope, work, shown)
}

function noteLimits(body: Tree, scope: Scope, work: Work): void {
  decide(child(body, 'limitCount'), 'limit', scope, work)
  decide(child(body, 'limitOffset'), 'limit', scope, work)
}

function values(body: Tree, rows: readonly Tree[], scope: Scope, work: Work): Outputs {
  const evaluated = rows.map((row) =>
    list(unwrap(row).body, 'items').map((item) => evaluate(item, scope, work)),
  )
  const width = evaluated[0]?.length ?? 0
  const columns = Array.from({ length: width }, (_, position) => ({
    name: `column${position + 1}`,
    value: derive(evaluated.map((row) => row[position] ?? nothing)),
  }))
  const outputs = known(columns)
  noteOrder(list(body, 'sortClause'), outputs, scope, work)
  noteLimits(body, scope, work)
  return outputs
}

function arm(body: Tree, side: string, scope: Scope, work: Work, shown: boolean): Outputs {
  const select = child(body, side)
  return select === undefined ? known([]) : evaluateSelect(select, scope, work, shown)
}

function setOperation(body: Tree, scope: Scope, work: Work, shown: boolean): Outputs {
  const left = arm(body, 'larg', scope, work, shown)
  const right = arm(body, 'rarg', scope, work, shown)
  for (const { columns = [] } of [left, right])
    for (const { value } of columns) runFillingCode(work, value)
  if (!neverHasRows(body)) noteComparison(body, left, right, work, shown)
  else if (!flag(body, 'all')) for (const side of [left, right]) noteOneArm(side, work, shown)
  const outputs = combine(left, right)
  noteOrder(list(body, 'sortClause'), outputs, scope, work)
  noteLimits(body, scope, work)
  return outputs
}

function plainSelect(body: Tree, outer: Scope, work: Work, shown: boolean): Outputs {
  const items = list(body, 'fromClause')
  const scope = addFrom(items, outer, work)
  const where = child(body, 'whereClause')
  if (scope.entries.length > 1 && isCartesian(items, where)) work.facts.riskMarks.add('cartesian')
  decide(where, 'predicate', scope, work)
  const groups = shown ? groupSizes(body, scope, work) : undefined
  const outputs = targetsOf(body, scope, work, { shown, groups })
  noteHaving(child(body, 'havingClause'), groups, scope, work)
  for (const window of list(body, 'windowClause')) decideWindow(unwrap(window).body, scope, work)
  const isOrdered = noteOrder(list(body, 'sortClause'), outputs, scope, work)
  const showsAll = shown && (isOrdered || !cutsUnordered(body, outputs))
  for (const item of list(body, 'groupClause')) noteGroup(item, outputs, scope, work, showsAll)
  noteDistinct(list(body, 'distinctClause'), outputs, scope, work, showsAll)
  noteLimits(body, scope, work)
  noteLocks(list(body, 'lockingClause'), items, work)
  return outputs
}

function targetsOf(
  body: Tree,
  scope: Scope,
  work: Work,
  { shown, groups }: { readonly shown: boolean; readonly groups: GroupSizes | undefined },
): Outputs {
  const targets = list(body, 'targetList')
  const outputs = evaluateTargets(targets, scope, work)
  return shown ? withGroupSizes(targets, outputs, groups, work) : outputs
}

function noteHaving(
  having: Tree | undefined,
  groups: GroupSizes | undefined,
  scope: Scope,
  work: Work,
): void {
  if (having === undefined || groups === undefined) {
    decide(having, 'predicate', scope, work)
    return
  }
  noteGroupConditions(groups, scope, work)
  for (const condition of conjuncts(having))
    if (!groups.conditions.has(condition)) decide(condition, 'predicate', scope, work)
}

/** Groups may come sorted by their keys: the first few of them, with another column beside, tell which keys are lowest. */
function cutsUnordered(body: Tree, outputs: Outputs): boolean {
  const isCut = child(body, 'limitCount') !== undefined || child(body, 'limitOffset') !== undefined
  return isCut && outputs.columns?.length !== 1
}

function isShown(value: Value, outputs: Outputs): boolean {
  if (value.kind !== 'direct') return false
  const shown = (outputs.columns ?? []).filter((column) => column.value.kind === 'direct')
  return [...value.sources].every((key) => shown.some((column) => column.value.sources.has(key)))
}

function atPosition(tree: Tree, outputs: Outputs, work: Work): Value | undefined {
  const position = integerConstant(tree)
  if (position === undefined) return undefined
  work.facts.literalsMatter = true
  return outputs.columns?.[position - 1]?.value ?? allOf(outputs)
}

/** Output names come before input names in ORDER BY and after them in GROUP BY; both count here. */
function named(tree: Tree, outputs: Outputs, scope: Scope): Value | undefined {
  const { kind, body } = unwrap(tree)
  const parts = kind === 'ColumnRef' ? nameParts(list(body, 'fields')) : []
  if (parts.length !== 1) return undefined
  const [name = ''] = parts
  const aliases = (outputs.columns ?? []).filter((column) => column.name === name)
  if (aliases.length === 0) return undefined
  const input = findColumn(scope, name)
  const [only] = aliases
  if (input === undefined && aliases.length === 1 && only !== undefined) return only.value
  const found = [...aliases.map((column) => column.value), ...(input === undefined ? [] : [input])]
  return found.reduce(either)
}

function keyValue(tree: Tree, outputs: Outputs, scope: Scope, work: Work): Value {
  return (
    atPosition(tree, outputs, work) ?? named(tree, outputs, scope) ?? evaluate(tree, scope, work)
  )
}

function noteGroup(tree: Tree, outputs: Outputs, scope: Scope, work: Work, shown: boolean): void {
  const { kind, body } = unwrap(tree)
  if (kind === 'GroupingSet') {
    for (const item of list(body, 'content')) noteGroup(item, outputs, scope, work, shown)
    return
  }
  if (kind === 'RowExpr') {
    for (const item of list(body, 'args')) noteGroup(item, outputs, scope, work, shown)
    return
  }
  const value = keyValue(tree, outputs, scope, work)
  if (!(shown && isShown(value, outputs))) influence(work, value, 'group')
}

function noteDistinct(
  items: readonly Tree[],
  outputs: Outputs,
  scope: Scope,
  work: Work,
  shown: boolean,
): void {
  const on = items.filter((item) => unwrap(item).kind !== '')
  for (const item of on) influence(work, keyValue(item, outputs, scope, work), 'distinct')
  if (items.length === 0 || on.length > 0) return
  for (const column of outputs.columns ?? []) {
    if (!(shown && isShown(column.value, outputs))) influence(work, column.value, 'distinct')
  }
  if (outputs.columns === undefined) influence(work, allOf(outputs), 'distinct')
}

/** Whether a column decides the order; a constant leaves it to the target. */
function noteOrder(items: readonly Tree[], outputs: Outputs, scope: Scope, work: Work): boolean {
  let isOrdered = false
  for (const item of items) {
    const sort = unwrap(item).body
    const key = child(sort, 'node')
    if (key === undefined) continue
    const where: Where = 'order'
    const value = keyValue(key, outputs, scope, work)
    isOrdered ||= value.sources.size > 0
    influence(work, value, where)
    if (list(sort, 'useOp').length > 0) evaluate({ SortBy: { useOp: sort['useOp'] } }, scope, work)
  }
  return isOrdered
}

function expandStar(parts: readonly string[], scope: Scope): readonly NamedValue[] | undefined {
  if (parts.length === 1) return scope.star
  const alias = parts.at(-2) ?? ''
  const entries = findEntries(scope, alias, parts.length > 2 ? (parts.at(-3) ?? '') : '')
  const [only] = entries
  if (entries.length !== 1 || only === undefined || only.open !== undefined) return undefined
  return only.columns
}

function starValue(parts: readonly string[], scope: Scope): Value {
  const alias = parts.at(-2)
  const entries = alias === undefined ? scope.entries : findEntries(scope, alias, '')
  return derive(entries.map(rowOf))
}

function expandTarget(target: Tree, scope: Scope, work: Work): readonly NamedValue[] | Value {
  const expression = child(unwrap(target).body, 'val')
  if (expression === undefined) return []
  const { kind, body } = unwrap(expression)
  if (kind === 'ColumnRef') {
    const parts = nameParts(list(body, 'fields'))
    if (parts.at(-1) === '*') return expandStar(parts, scope) ?? starValue(parts, scope)
  }
  const value = evaluateBare(expression, scope, work)
  const steps = kind === 'A_Indirection' ? list(body, 'indirection') : []
  const last = steps.at(-1)
  if (last !== undefined && unwrap(last).kind === 'A_Star') return value.fields ?? value
  return [{ name: outputName(target), value }]
}

/** The outputs of a target list or RETURNING; a star over unknown columns makes their number unknown. */
export function evaluateTargets(targets: readonly Tree[], scope: Scope, work: Work): Outputs {
  const columns: NamedValue[] = []
  const open: Value[] = []
  for (const target of targets) {
    const expanded = expandTarget(target, scope, work)
    if ('sources' in expanded) open.push(expanded)
    else columns.push(...expanded)
  }
  if (open.length === 0) return known(columns)
  return { rest: derive([...open, ...columns.map((column) => column.value)]) }
}

/** SELECT INTO makes a table of what is selected. */
export function noteInto(body: Tree, outputs: Outputs, work: Work): boolean {
  const into = child(body, 'intoClause')
  const table = into === undefined ? undefined : child(into, 'rel')
  if (table === undefined) return false
  act(work, 'create', createdName(table, work))
  noteEventTriggers(work)
  influence(work, allOf(outputs), 'write')
  return true
}

export function createdName(table: Tree, work: Work): string {
  const isTemporary = text(table, 'relpersistence') === 't'
  const [first = '*'] = (work.searchPath ?? []).filter((schema) => !isNoHome(schema))
  const schema = text(table, 'schemaname') || (isTemporary ? 'pg_temp' : first)
  if (text(table, 'relname') === '') opaque(work, 'object without a name')
  return `table:${schema}.${text(table, 'relname')}`
}
