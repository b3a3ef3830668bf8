import type { ActionName } from '@wardgate/policy'
import type { Relation } from '../catalog'
import { noteForeignKeys, noteTruncateCascade } from '../names/foreign-keys'
import { entryFor, resolve } from '../names/relations'
import { noteRules, refuseRules, type RuleEvent } from '../names/rules'
import { noteWriteCode } from '../names/written'
import { child, list, text, unwrap, type Tree } from '../tree'
import { updatedColumns } from './updated-columns'
import { addCtes } from './ctes'
import { decide, evaluate, evaluateInside } from './expression'
import { addFrom, fromItem } from './from'
import { columnOf, nested, withEntries, type RangeEntry, type Scope } from './scope'
import { evaluateTargets } from './select'
import {
  allOf,
  derive,
  known,
  nothing,
  unknownValue,
  type NamedValue,
  type Outputs,
  type Value,
} from './value'
import { influence, type Work } from './work'

interface Target {
  readonly relations: readonly Relation[]
  readonly entry: RangeEntry
  readonly entries: readonly RangeEntry[]
}

function target(body: Tree, action: ActionName, work: Work): Target {
  const rangeVar = child(body, 'relation') ?? {}
  const relations = resolve(work, rangeVar, action)
  noteWriteCode(work, relations, action === 'delete' ? 'removed' : 'stored')
  const plain = entryFor(work, rangeVar, relations)
  const alias = child(rangeVar, 'alias')
  const { schema: _hidden, ...unqualified } = plain
  const entry = alias === undefined ? plain : { ...unqualified, alias: text(alias, 'aliasname') }
  return { relations, entry, entries: [entry] }
}

function starOf(entries: readonly RangeEntry[]): readonly NamedValue[] | undefined {
  if (entries.some((entry) => entry.open !== undefined)) return undefined
  return entries.flatMap((entry) => entry.columns)
}

/** SET and VALUES: what is written must not carry a masked value to where it is not masked. */
function noteWrites(targets: readonly Tree[], scope: Scope, work: Work): Value {
  const written = targets.map((item) => {
    const { body } = unwrap(item)
    const value = evaluate(child(body, 'val'), scope, work)
    influence(work, value, 'write')
    for (const step of list(body, 'indirection')) evaluateInside(unwrap(step).body, scope, work)
    return value
  })
  return derive(written)
}

/** What comes back when rules have rewritten the statement is not described by its own RETURNING. */
function afterRules(
  work: Work,
  { relations }: Target,
  events: readonly RuleEvent[],
  written: Value,
): (outputs: Outputs) => Outputs {
  const answers = noteRules(work, relations, events, written)
  return (outputs) => (answers ? { rest: unknownValue } : outputs)
}

/** RETURNING sees the target, what it was joined with, and `old` and `new`. */
function returning(body: Tree, scope: Scope, changed: RangeEntry, work: Work): Outputs {
  const clause = child(body, 'returningClause')
  if (clause === undefined) return known([])
  const names = new Map([
    ['OLD', 'old'],
    ['NEW', 'new'],
  ])
  for (const option of list(clause, 'options')) {
    const { body: renamed } = unwrap(option)
    names.set(text(renamed, 'option').replace('RETURNING_OPTION_', ''), text(renamed, 'value'))
  }
  const { schema: _hidden, ...unqualified } = changed
  const versions = [...names.values()].map((alias) => ({ ...unqualified, alias }))
  const taken = new Set(scope.entries.map((entry) => entry.alias))
  const added = versions.filter((entry) => !taken.has(entry.alias))
  const outer = { ...nested(scope), entries: added, star: [] }
  const inner: Scope = { ...scope, parent: { ...outer, parent: scope.parent ?? nested(scope) } }
  return evaluateTargets(list(clause, 'exprs'), inner, work)
}

type Written = Pick<Target, 'relations' | 'entry'>

/** What follows by foreign keys from SET `targets`. */
function noteUpdatedKeys(
  work: Work,
  { relations, entry }: Written,
  targets: readonly Tree[],
  written: Value,
): void {
  const columns = updatedColumns(targets, entry, work)
  noteForeignKeys(work, relations, { kind: 'update', columns, written })
}

export function returnsRows(body: Tree): boolean {
  return child(body, 'returningClause') !== undefined
}

export function evaluateInsert(body: Tree, parent: Scope, work: Work): Outputs {
  const outer = addCtes(child(body, 'withClause'), nested(parent), work)
  const changed = target(body, 'insert', work)
  const { entry, entries } = changed
  const source = child(body, 'selectStmt')
  const written = source === undefined ? known([]) : work.query(source, outer, work)
  influence(work, allOf(written), 'write')
  const scope = withEntries(outer, entries, starOf(entries))
  const conflict = child(body, 'onConflictClause')
  if (conflict !== undefined) noteConflict(conflict, body, scope, allOf(written), work)
  const events: readonly RuleEvent[] =
    conflict === undefined ? ['CMD_INSERT'] : ['CMD_INSERT', 'CMD_UPDATE']
  return afterRules(work, changed, events, allOf(written))(returning(body, scope, entry, work))
}

function noteConflict(conflict: Tree, body: Tree, scope: Scope, written: Value, work: Work): void {
  const [own] = scope.entries
  const columns = (own?.columns ?? []).map((column) => ({ name: column.name, value: written }))
  const excluded: RangeEntry = {
    alias: 'excluded',
    columns,
    isTable: false,
    ...(own?.open !== undefined && { open: derive([written]) }),
  }
  const inner = withEntries(nested(scope), [excluded], [])
  const infer = child(conflict, 'infer')
  if (infer !== undefined) decide(child(infer, 'whereClause'), 'predicate', scope, work)
  if (infer !== undefined) {
    for (const element of list(infer, 'indexElems')) {
      const { body: key } = unwrap(element)
      decide(child(key, 'expr'), 'predicate', scope, work)
      // Whether the row conflicts tells whether the value exists.
      const column = own === undefined ? undefined : columnOf(own, text(key, 'name'))
      if (column !== undefined && text(key, 'name') !== '') influence(work, column, 'distinct')
    }
  }
  if (text(conflict, 'action') !== 'ONCONFLICT_UPDATE') return
  const relations = resolve(work, child(body, 'relation') ?? {}, 'update')
  const targets = list(conflict, 'targetList')
  const set = noteWrites(targets, inner, work)
  if (own !== undefined) noteUpdatedKeys(work, { relations, entry: own }, targets, set)
  decide(child(conflict, 'whereClause'), 'predicate', inner, work)
}

export function evaluateUpdate(body: Tree, parent: Scope, work: Work): Outputs {
  const outer = addCtes(child(body, 'withClause'), nested(parent), work)
  const changed = target(body, 'update', work)
  const { entry, entries } = changed
  const scope = addFrom(
    list(body, 'fromClause'),
    withEntries(outer, entries, starOf(entries)),
    work,
  )
  const targets = list(body, 'targetList')
  const written = noteWrites(targets, scope, work)
  decide(child(body, 'whereClause'), 'predicate', scope, work)
  noteUpdatedKeys(work, changed, targets, written)
  return afterRules(work, changed, ['CMD_UPDATE'], written)(returning(body, scope, entry, work))
}

export function evaluateDelete(body: Tree, parent: Scope, work: Work): Outputs {
  const outer = addCtes(child(body, 'withClause'), nested(parent), work)
  const changed = target(body, 'delete', work)
  const { entry, entries } = changed
  const scope = addFrom(
    list(body, 'usingClause'),
    withEntries(outer, entries, starOf(entries)),
    work,
  )
  decide(child(body, 'whereClause'), 'predicate', scope, work)
  noteForeignKeys(work, changed.relations, { kind: 'delete' })
  return afterRules(work, changed, ['CMD_DELETE'], nothing)(returning(body, scope, entry, work))
}

const mergeActions: Readonly<Record<string, ActionName>> = {
  CMD_INSERT: 'insert',
  CMD_UPDATE: 'update',
  CMD_DELETE: 'delete',
}

export function evaluateMerge(body: Tree, parent: Scope, work: Work): Outputs {
  const outer = addCtes(child(body, 'withClause'), nested(parent), work)
  const { relations, entry, entries } = target(body, 'read', work)
  // PostgreSQL refuses MERGE into what has rules.
  refuseRules(work, relations)
  const source = fromItem(child(body, 'sourceRelation') ?? {}, outer, work)
  const all = [...source.entries, ...entries]
  const star = starOf(entries)
  const both =
    source.star === undefined || star === undefined ? undefined : [...source.star, ...star]
  const scope = withEntries(outer, all, both)
  decide(child(body, 'joinCondition'), 'join', scope, work)
  for (const clause of list(body, 'mergeWhenClauses')) {
    const when = unwrap(clause).body
    const action = mergeActions[text(when, 'commandType')]
    if (action !== undefined) resolve(work, child(body, 'relation') ?? {}, action)
    decide(child(when, 'condition'), 'predicate', scope, work)
    const targets = list(when, 'targetList')
    const written = noteWrites(targets, scope, work)
    if (action === 'update') noteUpdatedKeys(work, { relations, entry }, targets, written)
    if (action === 'delete') noteForeignKeys(work, relations, { kind: 'delete' })
    for (const value of list(when, 'values')) influence(work, evaluate(value, scope, work), 'write')
  }
  return returning(body, scope, entry, work)
}

export function evaluateTruncate(body: Tree, work: Work): void {
  for (const item of list(body, 'relations')) {
    const relations = resolve(work, unwrap(item).body, 'truncate')
    noteWriteCode(work, relations, 'removed')
    if (text(body, 'behavior') === 'DROP_CASCADE') noteTruncateCascade(work, relations)
  }
}
