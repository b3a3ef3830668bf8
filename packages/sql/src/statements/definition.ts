import type { Relation } from '../catalog'
import { evaluateCall } from '../functions/calls'
import { noteType } from '../names/types'
import { noteEventTriggers } from '../names/event-triggers'
import { tableLock } from '../names/locks'
import { referringTo } from '../names/foreign-keys'
import { resolve, touchRows } from '../names/relations'
import { noteCodeOfAllRows, noteWriteCode } from '../names/written'
import { emptyScope } from '../lineage/scope'
import { createdName } from '../lineage/select'
import { allOf } from '../lineage/value'
import { act, influence, opaque, visit, type Work } from '../lineage/work'
import { child, isTree, list, nameParts, text, unwrap, type Tree } from '../tree'
import { noteColumns } from './defined-columns'
import type { StatementKind } from './kinds'
import { statementKinds } from './kinds'
import { notePublished } from './publication'
import { noteTestedRows } from './tested-rows'

const creates = new Set(['CreateStmt', 'CreateForeignTableStmt', 'CreateSeqStmt'])
const queries = new Set(['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt'])

const nameKeys = [
  'name',
  'defname',
  'funcname',
  'funccall',
  'func',
  'domainname',
  'typeName',
  'pubname',
  'subname',
  'servername',
  'extname',
  'schemaname',
  'dbname',
  'role',
  'trigname',
  'idxname',
  'rulename',
  'stmt_name',
  'tablespacename',
  'fdwname',
  'conversion_name',
  'plname',
  'amname',
]

function objectName(value: unknown): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return nameParts((value as readonly unknown[]).filter(isTree)).join('.')
  if (!isTree(value)) return ''
  const role = text(value, 'rolename')
  if (role !== '') return role
  const parts = [...list(value, 'names'), ...list(value, 'objname'), ...list(value, 'funcname')]
  return nameParts(parts).join('.')
}

function namesOf(body: Tree): string[] {
  return nameKeys
    .map((key) => objectName(body[key]))
    .filter((name) => name !== '')
    .slice(0, 1)
}

function qualified(parts: readonly string[]): string {
  return parts.length > 1 ? parts.join('.') : `*.${parts[0] ?? '*'}`
}

function dropNames(body: Tree): string[] {
  return list(body, 'objects').map((object) => {
    const { kind, body: inner } = unwrap(object)
    if (kind === 'List') return qualified(nameParts(list(inner, 'items')))
    if (kind === 'ObjectWithArgs') return qualified(nameParts(list(inner, 'objname')))
    if (kind === 'TypeName') return qualified(nameParts(list(inner, 'names')))
    return text(inner, 'sval') || '*'
  })
}

const dropKinds: Readonly<Record<string, string>> = {
  OBJECT_TABLE: 'table',
  OBJECT_VIEW: 'table',
  OBJECT_MATVIEW: 'table',
  OBJECT_FOREIGN_TABLE: 'table',
  OBJECT_SEQUENCE: 'sequence',
  OBJECT_INDEX: 'index',
  OBJECT_SCHEMA: 'schema',
  OBJECT_FUNCTION: 'function',
  OBJECT_PROCEDURE: 'function',
  OBJECT_ROUTINE: 'function',
  OBJECT_TYPE: 'type',
  OBJECT_DOMAIN: 'type',
  OBJECT_EXTENSION: 'extension',
  OBJECT_TRIGGER: 'trigger',
  OBJECT_PUBLICATION: 'publication',
}

function noteDrop(body: Tree, work: Work): void {
  const kind = dropKinds[text(body, 'removeType')] ?? 'object'
  for (const name of dropNames(body)) {
    const parts = name.split('.')
    const relname = parts.at(-1) ?? ''
    const schemaname = parts.length > 1 && parts[0] !== '*' ? parts[0] : ''
    const isKnown = kind === 'table' && work.index.relationsByName.has(relname)
    if (isKnown) noteDropped(work, resolve(work, { relname, schemaname, inh: true }, 'drop'), body)
    else act(work, 'drop', `${kind}:${name}`)
  }
  if (text(body, 'behavior') === 'DROP_CASCADE') act(work, 'drop', 'object:*')
}

/** CASCADE takes from other tables the keys that refer to these. */
function noteDropped(work: Work, relations: readonly Relation[], body: Tree): void {
  if (text(body, 'behavior') !== 'DROP_CASCADE') return
  for (const referring of referringTo(work, relations)) touchRows(work, referring, 'alter')
}

/** Where the parser puts a table that a definition is about. */
const tableKeys: ReadonlySet<string> = new Set(['RangeVar', 'relation', 'rel', 'table'])

/** Follows every table, query and function call inside a definition. */
function walk(value: unknown, kind: StatementKind, work: Work): void {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, kind, work)
    return
  }
  if (!isTree(value) || !visit(work)) return
  for (const [key, inner] of Object.entries(value)) {
    if (queries.has(key) && isTree(inner)) {
      influence(work, allOf(work.query({ [key]: inner }, emptyScope, work)), 'write')
    } else if (isTree(inner) && key === 'FuncCall') {
      walkCall(inner, kind, work)
    } else if (isTree(inner) && tableKeys.has(key)) {
      noteTable(inner, kind, work)
    } else if (isTree(inner) && Object.hasOwn(statementKinds, key)) {
      evaluateDefinition(key, inner, work)
    } else if (isTree(inner) && key === 'ViewStmt') {
      act(work, 'create', createdName(child(inner, 'view') ?? {}, work))
      walk(inner, kind, work)
    } else if (isTree(inner) && (key === 'typeName' || key === 'TypeName')) {
      noteType(work, inner)
    } else walk(inner, kind, work)
  }
}

function walkCall(body: Tree, kind: StatementKind, work: Work): void {
  const names = nameParts(list(body, 'funcname'))
  const schema = names.length > 1 ? (names[0] ?? '') : ''
  evaluateCall(work, { schema, name: names.at(-1) ?? '', values: [], nodes: list(body, 'args') })
  walk(list(body, 'args'), kind, work)
}

/** They evaluate what belongs to the table for the rows that are there. */
const goThroughRows = new Set([
  'alter table',
  'cluster',
  'create index',
  'refresh materialized view',
  'reindex',
  'vacuum',
])

function noteTable(rangeVar: Tree, kind: StatementKind, work: Work): void {
  if (text(rangeVar, 'relname') === '') return
  const known = work.index.relationsByName.has(text(rangeVar, 'relname'))
  // An index, rule or trigger is made on a table that exists: that alters the table.
  const action =
    kind.action === 'create' && kind.resource !== 'table' && known ? 'alter' : kind.action
  if (known) {
    const relations = resolve(work, rangeVar, action)
    if (goThroughRows.has(kind.label)) noteWriteCode(work, relations, 'rebuilt')
  } else act(work, action, createdName(rangeVar, work))
}

/** No command of these fires event triggers. */
const harmlessToTriggers: ReadonlySet<string> = new Set(['lock', 'set', 'transaction', 'execute'])

/** DDL, DCL and administration: the statement's own action, then everything it mentions. */
export function evaluateDefinition(key: string, body: Tree, work: Work): void {
  const kind = statementKinds[key]
  if (kind === undefined) {
    opaque(work, `statement ${key} is not known`)
    return
  }
  if (kind.opaque !== undefined) opaque(work, `${kind.label} ${kind.opaque}`)
  if (!harmlessToTriggers.has(kind.action)) noteEventTriggers(work)
  if (key === 'LockStmt') work.facts.locks.add(tableLock(body))
  if (key === 'DropStmt') {
    noteDrop(body, work)
    return
  }
  const table = child(body, 'relation') ?? child(body, 'rel') ?? child(body, 'table')
  const isTable = kind.resource === 'table' || creates.has(key)
  if (!(isTable && table !== undefined)) {
    const names = namesOf(body)
    act(work, kind.action, `${kind.resource}:${names[0] ?? '*'}`)
  }
  walk(body, kind, work)
  // VACUUM, ANALYZE, CLUSTER and REINDEX that name no table go through all of them.
  if (goThroughRows.has(kind.label) && table === undefined && list(body, 'rels').length === 0)
    noteCodeOfAllRows(work)
  noteColumns(key, body, work)
  noteTestedRows(key, body, work)
  notePublished(key, body, work)
}
