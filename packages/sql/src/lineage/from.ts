import { copyWith } from '../copy-with'
import { noteType } from '../names/types'
import { entryFor, resolve } from '../names/relations'
import { child, flag, list, nameParts, text, unwrap, type Tree } from '../tree'
import { decide, evaluate } from './expression'
import { aliasOf, applyAlias, entryOfOutputs, itemOf, nowhere, type FromItem } from './from-item'
import { joined } from './joins'
import { findCte, withEntries, type RangeEntry, type Scope } from './scope'
import { fromTableFunction } from './table-functions'
import { derive, inAnyRow, inOneRow, type NamedValue, type Outputs, type Value } from './value'
import { influence, opaque, visit, type Work } from './work'

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
  return itemOf(applyAlias(copyWith(entry, { columns: inOneRow(entry.columns) }), body))
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

function fromJoin(body: Tree, scope: Scope, work: Work): FromItem {
  const left = fromItem(child(body, 'larg') ?? {}, scope, work)
  const beside = withEntries(scope, [...scope.entries, ...left.entries], undefined)
  const right = fromItem(child(body, 'rarg') ?? {}, beside, work)
  return joined(body, { left, right }, scope, work)
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
    const columns =
      current.star === undefined || star === undefined ? undefined : [...current.star, ...star]
    current = withEntries(current, [...current.entries, ...entries], columns)
  }
  return current
}
