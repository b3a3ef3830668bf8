import type { Relation } from '../catalog'
import { decide } from '../lineage/expression'
import { emptyScope, withEntries, type Scope } from '../lineage/scope'
import { derive, type NamedValue, type Value } from '../lineage/value'
import { act, maxNesting, opaque, visit, type Work } from '../lineage/work'
import { child, list, text, unwrap, type Tree } from '../tree'
import { columnsOf, isView, viewLineage } from './relations'

export type RuleEvent = 'CMD_INSERT' | 'CMD_UPDATE' | 'CMD_DELETE'

/** Counts against the bound on nodes: rules whose actions have rules must not multiply without end. */
const ruleCost = 100

/**
 * What the rewrite rules of these relations make of a statement whose new values are `written`. True = the rows that
 * come can be a rule's instead of the statement's own.
 */
export function noteRules(
  work: Work,
  relations: readonly Relation[],
  events: readonly RuleEvent[],
  written: Value,
): boolean {
  let answers = false
  for (const relation of relations)
    for (const ruled of [relation, ...behind(work, relation)])
      for (const rule of rulesOf(work, ruled))
        if (events.some((event) => event === text(rule, 'event')))
          answers = noteRule(work, ruled, rule, written) || answers
  return answers
}

/** Rules that nobody has told what they do. */
export function refuseRules(work: Work, relations: readonly Relation[]): void {
  for (const { hasRules, schema, name } of relations)
    if (hasRules) opaque(work, `relation ${schema}.${name} has rewrite rules`)
}

/** A write to a view is rewritten to one of its tables; one to a parent fires no rules of its children. */
function behind(work: Work, relation: Relation): readonly Relation[] {
  if (!isView(relation)) return []
  return [...viewLineage(work, relation).lineage.relations].flatMap(
    (id) => work.index.relations.get(id) ?? [],
  )
}

function rulesOf(work: Work, relation: Relation): readonly Tree[] {
  if (!relation.hasRules) return []
  const key = `rules ${relation.id}`
  const known = work.index.cache.get(key) as readonly Tree[] | undefined
  const rules = known ?? (relation.rules ?? []).flatMap((rule) => work.parse(rule) ?? [])
  if (known === undefined) work.index.cache.set(key, rules)
  const isRead = rules.length > 0 && rules.length === relation.rules?.length
  if (!isRead) refuseRules(work, [relation])
  return rules.map((rule) => unwrap(rule).body)
}

function noteRule(work: Work, relation: Relation, rule: Tree, written: Value): boolean {
  const name = `rule ${text(rule, 'rulename')} of ${relation.schema}.${relation.name}`
  if (work.nesting >= maxNesting || !visit(work, ruleCost)) {
    opaque(work, `${name} is nested too deeply`)
    return true
  }
  const inner = { ...work, searchPath: undefined, nesting: work.nesting + 1, candidates: [] }
  const scope = scopeOf(work, relation, written)
  decide(child(rule, 'whereClause'), 'predicate', scope, inner)
  const actions = list(rule, 'actions')
  for (const action of actions) runAction(action, scope, inner)
  if (actions.some((action) => unwrap(action).kind === 'SelectStmt'))
    opaque(work, `${name} returns rows of its own`)
  return actions.some((action) => answersItself(action))
}

/** In the simple protocol the rows of a SELECT come beside the statement's own result; RETURNING takes its place. */
function answersItself(action: Tree): boolean {
  const { kind, body } = unwrap(action)
  return kind === 'SelectStmt' || child(body, 'returningClause') !== undefined
}

function runAction(action: Tree, scope: Scope, work: Work): void {
  const { kind, body } = unwrap(action)
  if (kind === 'NotifyStmt') act(work, 'notify', `channel:${text(body, 'conditionname') || '*'}`)
  else work.query(action, scope, work)
}

/** `old` is the row before; `new` the row after, of which every column can be what was written or what it was. */
function scopeOf(work: Work, relation: Relation, written: Value): Scope {
  const old = columnsOf(work, relation)
  const after: NamedValue[] = old.map(({ name, value }) => ({
    name,
    value: derive([value, written]),
  }))
  const entries = [
    { alias: 'old', columns: old, isTable: true },
    { alias: 'new', columns: after, isTable: true },
  ]
  return withEntries(emptyScope, entries, [...old, ...after])
}
