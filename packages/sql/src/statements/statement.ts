import {
  act,
  forgetGroupSizes,
  influence,
  newFactNotes,
  opaque,
  visit,
  type Work,
} from '../lineage/work'
import { emptyScope } from '../lineage/scope'
import { evaluateTruncate, returnsRows } from '../lineage/modify'
import { allOf, known, nothing, type Outputs } from '../lineage/value'
import { noteEventTriggers } from '../names/event-triggers'
import { noteType } from '../names/types'
import { child, list, text, unwrap, type Tree } from '../tree'
import { evaluateCopy } from './copy'
import { evaluateDefinition } from './definition'
import { runsStatement } from './explain'
import { statementKinds } from './kinds'
import { evaluateExecute, evaluateFetch } from './prepared'
import { evaluateCreateFromQuery, evaluateQuery, selectsInto } from './queries'
import { evaluateDiscard, evaluateNotification, evaluateSet, evaluateTransaction } from './session'

/** Undefined = the statement returns no rows. */
type Handler = (body: Tree, work: Work, statement: Tree) => Outputs | undefined

const planOutput: Outputs = known([{ name: 'QUERY PLAN', value: nothing }])

function explain(body: Tree, work: Work): Outputs {
  work.facts.literalsMatter = true
  const query = child(body, 'query')
  if (query === undefined) return planOutput
  if (runsStatement(body)) {
    const outputs = runStatement(query, { ...work, isMeasured: true })
    if (outputs !== undefined) influence(work, allOf(outputs), 'plan')
    forgetGroupSizes(work)
    return planOutput
  }
  // Nothing runs, but estimates come from statistics of the data: influences and reads count, effects do not.
  const facts = newFactNotes()
  runStatement(query, { ...work, facts })
  forgetGroupSizes(work)
  for (const reason of facts.opaque) opaque(work, reason)
  for (const table of facts.tables) {
    work.facts.tables.add(table)
    act(work, 'read', `table:${table}`)
  }
  for (const { action, resource } of facts.actions.values()) {
    if (resource.startsWith('table:')) act(work, 'read', resource)
    else if (action === 'execute' || action === 'set' || action === 'admin')
      act(work, action, resource)
  }
  work.facts.nodes += facts.nodes
  return planOutput
}

function createTableAs(body: Tree, work: Work): undefined {
  const query = child(body, 'query')
  if (query === undefined) return undefined
  const { kind, body: inner } = unwrap(query)
  const into = child(body, 'into')
  if (kind !== 'ExecuteStmt') {
    evaluateCreateFromQuery(into, query, emptyScope, work)
    return undefined
  }
  act(work, 'create', 'table:*')
  noteEventTriggers(work)
  const outputs = evaluateExecute(inner, work, runStatement)
  if (outputs !== undefined) influence(work, allOf(outputs), 'write')
  return undefined
}

function prepare(body: Tree, work: Work): undefined {
  for (const type of list(body, 'argtypes')) noteType(work, unwrap(type).body)
  const query = child(body, 'query')
  if (query !== undefined) runStatement(query, work)
  return undefined
}

function show(body: Tree, work: Work): Outputs {
  const name = text(body, 'name').toLowerCase()
  act(work, 'read', `setting:${name === 'all' ? '*' : name}`)
  return name === 'all' ? { rest: nothing } : known([{ name, value: nothing }])
}

function modify(body: Tree, work: Work, statement: Tree): Outputs | undefined {
  const outputs = evaluateQuery(statement, emptyScope, work)
  // A rule can answer though nothing is asked to be returned.
  return returnsRows(body) || outputs.columns === undefined ? outputs : undefined
}

function nothingReturned(handler: (body: Tree, work: Work) => unknown): Handler {
  return (body, work) => {
    work.facts.literalsMatter = true
    handler(body, work)
    return undefined
  }
}

const handlers: Readonly<Record<string, Handler>> = {
  SelectStmt: (_body, work, statement) => {
    const outputs = evaluateQuery(statement, emptyScope, work, true)
    return selectsInto(statement) ? undefined : outputs
  },
  InsertStmt: modify,
  UpdateStmt: modify,
  DeleteStmt: modify,
  MergeStmt: modify,
  TruncateStmt: nothingReturned(evaluateTruncate),
  CopyStmt: evaluateCopy,
  ExplainStmt: explain,
  CreateTableAsStmt: createTableAs,
  ViewStmt: nothingReturned((body, work) => {
    const query = child(body, 'query')
    if (query !== undefined) evaluateCreateFromQuery(child(body, 'view'), query, emptyScope, work)
  }),
  PrepareStmt: prepare,
  DeclareCursorStmt: prepare,
  ExecuteStmt: (body, work) => evaluateExecute(body, work, runStatement),
  FetchStmt: (body, work) => evaluateFetch(body, work, runStatement),
  ClosePortalStmt: nothingReturned((_body, work) => act(work, 'transaction', 'session:cursor')),
  DeallocateStmt: nothingReturned((_body, work) => act(work, 'transaction', 'session:prepared')),
  VariableSetStmt: nothingReturned(evaluateSet),
  VariableShowStmt: show,
  ConstraintsSetStmt: nothingReturned((_body, work) =>
    act(work, 'transaction', 'transaction:constraints'),
  ),
  TransactionStmt: nothingReturned(evaluateTransaction),
  DiscardStmt: nothingReturned(evaluateDiscard),
  ListenStmt: nothingReturned((body, work) => evaluateNotification('ListenStmt', body, work)),
  UnlistenStmt: nothingReturned((body, work) => evaluateNotification('UnlistenStmt', body, work)),
  NotifyStmt: nothingReturned((body, work) => evaluateNotification('NotifyStmt', body, work)),
}

/** Runs one statement's evaluation: facts and lineage go into `work`, its outputs come back. */
export function runStatement(statement: Tree, work: Work): Outputs | undefined {
  if (!visit(work)) return undefined
  const { kind, body } = unwrap(statement)
  const handler = Object.hasOwn(handlers, kind) ? handlers[kind] : undefined
  if (handler !== undefined) return handler(body, work, statement)
  work.facts.literalsMatter = true
  evaluateDefinition(kind, body, work)
  return kind === 'CallStmt' ? { rest: { ...nothing, kind: 'unknown' } } : undefined
}

const labels: Readonly<Record<string, string>> = {
  SelectStmt: 'select',
  InsertStmt: 'insert',
  UpdateStmt: 'update',
  DeleteStmt: 'delete',
  MergeStmt: 'merge',
  TruncateStmt: 'truncate',
  CopyStmt: 'copy',
  ExplainStmt: 'explain',
  CreateTableAsStmt: 'create table as',
  ViewStmt: 'create view',
  PrepareStmt: 'prepare',
  DeclareCursorStmt: 'declare cursor',
  ExecuteStmt: 'execute',
  FetchStmt: 'fetch',
  ClosePortalStmt: 'close',
  DeallocateStmt: 'deallocate',
  VariableSetStmt: 'set',
  VariableShowStmt: 'show',
  ConstraintsSetStmt: 'set constraints',
  TransactionStmt: 'transaction',
  DiscardStmt: 'discard',
  ListenStmt: 'listen',
  UnlistenStmt: 'unlisten',
  NotifyStmt: 'notify',
}

export function statementLabel(statement: Tree): string {
  const { kind } = unwrap(statement)
  return labels[kind] ?? statementKinds[kind]?.label ?? 'unknown'
}
