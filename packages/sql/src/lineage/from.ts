import { callOperator, operandOf } from '../functions/operators'
import { isSafeXmlTable } from '../functions/safe-documents'
import { noteType } from '../names/types'
import { rowLock } from '../names/locks'
import { entryFor, resolve } from '../names/relations'
import { act, influence, opaque, visit, type Work } from './work'
import { child, flag, list, nameParts, text, unwrap, type Tree } from '../tree'
import { decide, evaluate, evaluateInside } from './expression'
import { findCte, nested, rowOf, withEntries, type RangeEntry, type Scope } from './scope'
import {
  allOf,
  derive,
  either,
  inAnyRow,
  inOneRow,
  unknownValue,
  type NamedValue,
  type Outputs,
  type Value,
} from './value'

export interface FromItem {
  readonly entries: readonly RangeEntry[]
  readonly star: readonly NamedValue[] | undefined
}

const nowhere: FromItem = { entries: [], star: [] }

function aliasOf(body: Tree): { name: string; columns: readonly string[] } | undefined {
  const alias = child(body, 'alias')
  if (alias === undefined) return undefined
  return { name: text(alias, 'aliasname'), columns: nameParts(list(alias, 'colnames')) }
}

function rename(columns: readonly NamedValue[], names: readonly string[]): NamedValue[] {
  return columns.map((column, position) => ({ ...column, name: names[position] ?? column.name }))
}

function applyAlias(entry: RangeEntry, body: Tree): RangeEntry {
  const alias = aliasOf(body)
  if (alias === undefined) return entry
  const { schema: _hidden, ...rest } = entry
  const { open } = entry
  if (open === undefined) {
    return { ...rest, alias: alias.name, columns: rename(entry.columns, alias.columns) }
  }
  const named = alias.columns.map((name) => ({
    name,
    value: derive([open, ...entry.columns.map((column) => column.value)]),
  }))
  return { ...rest, alias: alias.name, columns: [...named, ...entry.columns] }
}

function itemOf(entry: RangeEntry): FromItem {
  return { entries: [entry], star: entry.open === undefined ? entry.columns : undefined }
}

function entryOfOutputs(alias: string, outputs: Outputs): RangeEntry {
  const { columns } = outputs
  if (columns !== undefined) return { alias, columns, isTable: false }
  return { alias, columns: [], open: allOf(outputs), isTable: false }
}

function asRead(outputs: Outputs): Outputs {
  const { columns } = outputs
  return columns === undefined ? outputs : { ...outputs, columns: inAnyRow(columns) }
}

function fromTable(body: Tree, scope: Scope, work: Work): FromItem {
  const name = text(body, 'relname')
  const cte = text(body, 'schemaname') === '' ? findCte(scope, name) : undefined
  if (cte !== undefined) return itemOf(applyAlias(entryOfOutputs(name, asRead(cte)), body))
  const relations = resolve(work, body, 'read')
  const entry = entryFor(work, body, relations)
  return itemOf(applyAlias({ ...entry, columns: inOneRow(entry.columns) }, body))
}

/** What an item may refer to: its left neighbours only when it is LATERAL. */
function scopeForItem(scope: Scope, lateral: boolean): Scope {
  if (lateral) return scope
  return { ...scope, entries: [], star: [] }
}

function fromSubselect(body: Tree, scope: Scope, work: Work): FromItem {
  const subquery = child(body, 'subquery')
  if (subquery === undefined) return nowhere
  const outer = scopeForItem(scope, flag(body, 'lateral'))
  return itemOf(applyAlias(entryOfOutputs('', work.query(subquery, outer, work)), body))
}

function definedColumns(definitions: readonly Tree[], value: Value, work: Work): NamedValue[] {
  return definitions.map((definition) => {
    const { body } = unwrap(definition)
    const typeName = child(body, 'typeName')
    if (typeName !== undefined) noteType(work, typeName)
    return { name: text(body, 'colname') || text(body, 'name'), value }
  })
}

function functionColumns(
  item: Tree,
  scope: Scope,
  work: Work,
): { columns: NamedValue[]; value: Value; name: string } {
  const [call, definitions] = list(unwrap(item).body, 'items')
  const value = evaluate(call, scope, work)
  // A call notes by itself what decides how many rows it returns.
  if (call === undefined || unwrap(call).kind !== 'FuncCall') influence(work, value, 'argument')
  const defined = definitions === undefined ? [] : list(unwrap(definitions).body, 'items')
  const callBody = call === undefined ? {} : unwrap(call).body
  const name = nameParts(list(callBody, 'funcname')).at(-1) ?? ''
  return { columns: definedColumns(defined, value, work), value: derive([value]), name }
}

function fromFunction(body: Tree, scope: Scope, work: Work): FromItem {
  const parts = list(body, 'functions').map((item) => functionColumns(item, scope, work))
  const all = derive(parts.map((part) => part.value))
  const defined = [
    ...parts.flatMap((part) => part.columns),
    ...definedColumns(list(body, 'coldeflist'), all, work),
  ]
  const [first] = parts
  const alias = aliasOf(body)
  const ordinality = flag(body, 'ordinality') ? [{ name: 'ordinality', value: all }] : []
  const single = first === undefined ? [] : [{ name: first.name, value: all }]
  const guessed = alias === undefined ? single : [{ name: alias.name, value: all }, ...single]
  const entry: RangeEntry = {
    alias: first?.name ?? '',
    columns: defined.length > 0 ? [...defined, ...ordinality] : [],
    isTable: false,
    ...(defined.length === 0 && { open: all }),
  }
  const named = applyAlias(entry, body)
  return itemOf(defined.length > 0 ? named : { ...named, columns: [...named.columns, ...guessed] })
}

const xml = 142

/** Text within an element is escaped; of a value that is XML by itself the rows would tell what elements it has. */
function holdsNoXml(element: Tree | undefined, scope: Scope, work: Work): boolean {
  return list(unwrap(element ?? {}).body, 'args').every((tree) => {
    const { typeId } = operandOf(tree, evaluate(tree, scope, work), work.index)
    return unwrap(tree).kind === 'A_Const' || (typeId !== undefined && typeId !== xml)
  })
}

/** XMLTABLE and JSON_TABLE: every column is computed from every expression inside. */
function fromTableFunction(body: Tree, scope: Scope, work: Work): FromItem {
  const columns = list(body, 'columns')
  const { alias: _alias, columns: _columns, ...arguments_ } = body
  const value = derive([
    evaluateInside(arguments_, scope, work),
    ...tableColumns(columns).map((column) => evaluateColumnParts(column, scope, work)),
  ])
  work.facts.literalsMatter = true
  const isSafe =
    isSafeXmlTable(body, tableColumns(columns)) && holdsNoXml(child(body, 'docexpr'), scope, work)
  if (!isSafe) influence(work, value, 'argument')
  const named = tableColumns(columns)
    .map((column) => text(column, 'colname') || text(column, 'name'))
    .filter((name) => name !== '')
    .map((name) => ({ name, value }))
  return itemOf(applyAlias({ alias: '', columns: named, isTable: false }, body))
}

function evaluateColumnParts(column: Tree, scope: Scope, work: Work): Value {
  const { columns: _nested, ...own } = column
  return evaluateInside(own, scope, work)
}

/** Columns in order, NESTED PATH flattened where it stands. */
function tableColumns(columns: readonly Tree[]): Tree[] {
  return columns.flatMap((column) => {
    const { body } = unwrap(column)
    const inner = list(body, 'columns')
    return inner.length > 0 ? [body, ...tableColumns(inner)] : [body]
  })
}

function fromSample(body: Tree, scope: Scope, work: Work): FromItem {
  const method = nameParts(list(body, 'method')).at(-1) ?? ''
  if (method !== 'system' && method !== 'bernoulli') {
    opaque(work, `sampling method ${method} is not a built-in one`)
  }
  for (const argument of list(body, 'args')) decide(argument, 'limit', scope, work)
  decide(child(body, 'repeatable'), 'limit', scope, work)
  const relation = child(body, 'relation')
  return relation === undefined ? nowhere : fromItem(relation, scope, work)
}

function merged(
  left: FromItem,
  right: FromItem,
  names: readonly string[],
): readonly NamedValue[] | undefined {
  if (left.star === undefined || right.star === undefined) return undefined
  const used = names.map((name) => {
    const sides = [left.star, right.star].map(
      (side) => side?.find((column) => column.name === name)?.value,
    )
    const [a = unknownValue, b = unknownValue] = sides
    return { name, value: either(a, b) }
  })
  const rest = (side: readonly NamedValue[]): NamedValue[] =>
    side.filter((column) => !names.includes(column.name))
  return [...used, ...rest(left.star), ...rest(right.star)]
}

function sharedNames(left: FromItem, right: FromItem): string[] {
  const names = new Set((right.star ?? []).map((column) => column.name))
  return (left.star ?? []).map((column) => column.name).filter((name) => names.has(name))
}

function fromJoin(body: Tree, scope: Scope, work: Work): FromItem {
  const left = fromItem(child(body, 'larg') ?? {}, scope, work)
  const beside = withEntries(scope, [...scope.entries, ...left.entries], undefined)
  const right = fromItem(child(body, 'rarg') ?? {}, beside, work)
  const isNatural = flag(body, 'isNatural')
  const using = isNatural ? sharedNames(left, right) : nameParts(list(body, 'usingClause'))
  const star = merged(left, right, using)
  const inner = withEntries(nested(scope), [...left.entries, ...right.entries], star)
  for (const side of [left, right]) {
    for (const column of side.star ?? []) {
      if (using.includes(column.name)) noteJoined(column.value, work)
    }
    if (using.length > 0 && side.star === undefined) influenceOpen(side, work)
  }
  if (isNatural && star === undefined) opaque(work, 'NATURAL JOIN over columns that are not known')
  decide(child(body, 'quals'), 'join', inner, work)
  return aliasJoin(body, left, right, star)
}

function noteJoined(value: Value, work: Work): void {
  const operand = operandOf(undefined, value, work.index)
  influence(work, value, 'join')
  influence(work, callOperator(work, ['='], [operand, operand]), 'join')
}

function influenceOpen(side: FromItem, work: Work): void {
  for (const entry of side.entries) influence(work, rowOf(entry), 'join')
}

function aliasJoin(body: Tree, left: FromItem, right: FromItem, star: FromItem['star']): FromItem {
  const entries = [...left.entries, ...right.entries]
  const alias = aliasOf(body)
  const using = child(body, 'join_using_alias')
  if (alias !== undefined) {
    const all = derive(entries.map(rowOf))
    const entry: RangeEntry =
      star === undefined
        ? { alias: '', columns: [], open: all, isTable: false }
        : { alias: '', columns: star, isTable: false }
    return itemOf(applyAlias(entry, body))
  }
  if (using === undefined) return { entries, star }
  const name = text(using, 'aliasname')
  return { entries: [...entries, { alias: name, columns: star ?? [], isTable: false }], star }
}

export function fromItem(tree: Tree, scope: Scope, work: Work): FromItem {
  if (!visit(work)) return nowhere
  const { kind, body } = unwrap(tree)
  switch (kind) {
    case 'RangeVar':
      return fromTable(body, scope, work)
    case 'RangeSubselect':
      return fromSubselect(body, scope, work)
    case 'RangeFunction':
      return fromFunction(body, scope, work)
    case 'RangeTableFunc':
    case 'JsonTable':
      return fromTableFunction(body, scope, work)
    case 'RangeTableSample':
      return fromSample(body, scope, work)
    case 'JoinExpr':
      return fromJoin(body, scope, work)
    default:
      opaque(work, `FROM item ${kind} is not known`)
      return { entries: [], star: undefined }
  }
}

/** Evaluates FROM from left to right; `scope` may already hold a target table. */
export function addFrom(items: readonly Tree[], scope: Scope, work: Work): Scope {
  let current = scope
  for (const item of items) {
    const { entries, star } = fromItem(item, current, work)
    const joined =
      current.star === undefined || star === undefined ? undefined : [...current.star, ...star]
    current = withEntries(current, [...current.entries, ...entries], joined)
  }
  return current
}

/** Row locks of FOR UPDATE and its like. */
export function noteLocks(clauses: readonly Tree[], items: readonly Tree[], work: Work): void {
  if (clauses.length === 0) return
  for (const clause of clauses) work.facts.locks.add(rowLock(clause))
  const tables = items.flatMap((item) => tableNames(item))
  for (const table of tables) resolve(work, table, 'lock')
  if (tables.length === 0) act(work, 'lock', 'table:*')
}

function tableNames(tree: Tree): Tree[] {
  const { kind, body } = unwrap(tree)
  if (kind === 'RangeVar') return [body]
  if (kind !== 'JoinExpr') return []
  return ['larg', 'rarg'].flatMap((side) => tableNames(child(body, side) ?? {}))
}
