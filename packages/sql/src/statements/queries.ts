import { evaluateDelete, evaluateInsert, evaluateMerge, evaluateUpdate } from '../lineage/modify'
import type { Scope } from '../lineage/scope'
import { createdName, evaluateSelect, noteInto } from '../lineage/select'
import { allOf, unknownValue, type Outputs } from '../lineage/value'
import { act, influence, opaque, type Work } from '../lineage/work'
import { noteEventTriggers } from '../names/event-triggers'
import { child, text, unwrap, type Tree } from '../tree'
import { noteCondition } from './condition'

/** Evaluates anything that can stand where a query stands: CTE bodies, sub-selects, views, function bodies. */
export function evaluateQuery(statement: Tree, scope: Scope, work: Work, shown = false): Outputs {
  const { kind, body } = unwrap(statement)
  switch (kind) {
    case 'SelectStmt': {
      const outputs = evaluateSelect(body, scope, work, shown)
      noteInto(body, outputs, work)
      return outputs
    }
    case 'InsertStmt':
      return evaluateInsert(body, scope, work)
    case 'UpdateStmt':
      noteCondition(body, 'update', work)
      return evaluateUpdate(body, scope, work)
    case 'DeleteStmt':
      noteCondition(body, 'delete', work)
      return evaluateDelete(body, scope, work)
    case 'MergeStmt':
      return evaluateMerge(body, scope, work)
    default:
      opaque(work, `statement ${kind} inside a query is not known`)
      return { rest: unknownValue }
  }
}

/** CREATE TABLE AS, CREATE MATERIALIZED VIEW, CREATE VIEW: what is selected goes to where no mask may follow. */
export function evaluateCreateFromQuery(
  target: Tree | undefined,
  query: Tree,
  scope: Scope,
  work: Work,
): void {
  const table = target === undefined ? undefined : (child(target, 'rel') ?? target)
  act(work, 'create', table === undefined ? 'table:*' : createdName(table, work))
  noteEventTriggers(work)
  influence(work, allOf(work.query(query, scope, work)), 'write')
}

export function selectsInto(statement: Tree): boolean {
  const { kind, body } = unwrap(statement)
  return kind === 'SelectStmt' && child(body, 'intoClause') !== undefined
}

export function hasLimit(statement: Tree): boolean {
  const { kind, body } = unwrap(statement)
  return kind === 'SelectStmt' && text(body, 'limitOption') === 'LIMIT_OPTION_COUNT'
}
