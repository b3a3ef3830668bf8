import type { ActionName } from '@wardgate/policy'
import type { Relation } from '../catalog'
import { emptyScope, type RangeEntry } from '../lineage/scope'
import {
  columnKey,
  columnValue,
  derive,
  nothing,
  unknownValue,
  type NamedValue,
  type Outputs,
  type Value,
} from '../lineage/value'
import {
  act,
  actOnKin,
  copyFacts,
  maxNesting,
  newFactNotes,
  newLineageNotes,
  noteRows,
  opaque,
  unknownName,
  type FactNotes,
  type LineageNotes,
  type Work,
} from '../lineage/work'
import { child, flag, text, unwrap, type Tree } from '../tree'
import { ancestors, descendants, findRelations } from './catalog-index'
import { noteUseCode } from './relation-code'
import { missingValueColumns } from './missing-values'
import { isAdministrative, isSystemName, showsValues, systemSchemas } from './system-relations'

/** Tables of this many rows and more count as large. */
const largeTableRows = 1_000_000

/** Tables that one name may mean where the search path is not known: a verdict lists all of them. */
const mostMeanings = 5_000

function manyMeanings(name: string, count: number): string {
  return `${name} is the name of ${count} tables and the search path is not known; name its schema`
}

export interface ViewLineage {
  readonly outputs: Outputs
  readonly facts: FactNotes
  readonly lineage: LineageNotes
}

export function tableResource(relation: Pick<Relation, 'schema' | 'name'>): string {
  return `table:${relation.schema}.${relation.name}`
}

function opaqueView(reason: string): ViewLineage {
  const facts = newFactNotes()
  facts.opaque.add(reason)
  return { outputs: { rest: unknownValue }, facts, lineage: newLineageNotes() }
}

function computeView(work: Work, relation: Relation): ViewLineage {
  const name = `${relation.schema}.${relation.name}`
  if (work.nesting >= maxNesting) return opaqueView(`view ${name} is nested too deeply`)
  const statements = work.parse(relation.definition)
  const statement = queryOf(statements?.[0])
  if (statement === undefined || statements?.length !== 1) {
    return opaqueView(`definition of view ${name} cannot be read`)
  }
  const facts = newFactNotes()
  const lineage = newLineageNotes()
  const inner: Work = {
    ...work,
    facts,
    lineage,
    searchPath: undefined,
    nesting: work.nesting + 1,
    candidates: [],
  }
  return { outputs: work.query(statement, emptyScope, inner), facts, lineage }
}

/** A view that a session has just made is known by its whole statement. */
function queryOf(statement: Tree | undefined): Tree | undefined {
  if (statement === undefined) return undefined
  const { kind, body } = unwrap(statement)
  return kind === 'ViewStmt' ? child(body, 'query') : statement
}

/** What a view shows and reads; computed once per catalog. */
export function viewLineage(work: Work, relation: Relation): ViewLineage {
  const key = `view ${relation.id}`
  const cached = work.index.cache.get(key) as ViewLineage | undefined
  if (cached !== undefined) return cached
  const computed = computeView(work, relation)
  if (work.nesting === 0 || computed.facts.opaque.size === 0) work.index.cache.set(key, computed)
  return computed
}

/** The system's own views are judged by their names: behind pg_roles lies pg_authid, without its secrets. */
export function isView(relation: Relation): boolean {
  if (systemSchemas.has(relation.schema)) return false
  return relation.kind === 'view' || relation.kind === 'materialized-view'
}

/** Values of a relation's own columns: the same for every statement. */
const ownColumns = new WeakMap<Relation, readonly NamedValue[]>()

function ownColumnsOf(relation: Relation): readonly NamedValue[] {
  const known = ownColumns.get(relation)
  if (known !== undefined) return known
  const own = relation.columns.map((column) => ({
    name: column.name,
    value: columnValue(columnKey(relation.id, column.number)),
  }))
  ownColumns.set(relation, own)
  return own
}

export function columnsOf(work: Work, relation: Relation): readonly NamedValue[] {
  const own = ownColumnsOf(relation)
  if (!isView(relation)) return own
  const { outputs } = viewLineage(work, relation)
  const aligned = outputs.columns?.length === own.length ? outputs.columns : undefined
  return own.map(({ name, value }, position) => {
    const behind = aligned?.[position]?.value ?? unknownValue
    return { name, value: through(value, behind) }
  })
}

/** A view's column is itself and what is behind it: rules may name either. */
function through(own: Value, behind: Value): Value {
  const merged = derive([own, behind])
  return {
    sources: merged.sources,
    kind: behind.sources.size === 0 && behind.kind !== 'unknown' ? 'direct' : behind.kind,
    plain: behind.plain,
    ...(behind.isBent && { isBent: true }),
    ...(behind.size !== undefined && { size: behind.size }),
  }
}

/** Notes what the target does to rows of a relation on its own account: nothing of it is read for the statement. */
export function touchRows(work: Work, relation: Relation, action: ActionName): void {
  act(work, action, tableResource(relation))
  const isDivided = relation.kind === 'partitioned-table'
  const below = isDivided ? descendants(work.index, relation.id) : []
  for (const id of [...ancestors(work.index, relation.id), ...below]) {
    const kin = work.index.relations.get(id)
    if (kin !== undefined) actOnKin(work, action, tableResource(kin))
  }
  noteSize(work, relation)
}

function noteSize(work: Work, { schema, name, estimatedRows }: Relation): void {
  work.facts.tables.add(`${schema}.${name}`)
  noteRows(work, estimatedRows)
  if (estimatedRows >= largeTableRows) work.facts.riskMarks.add('large-table')
}

/** Notes an action on a relation, its ancestors and (unless ONLY) its descendants, and on what is behind a view. */
export function touch(work: Work, relation: Relation, action: ActionName, only = false): void {
  const ids = [relation.id, ...ancestors(work.index, relation.id)]
  if (!only) ids.push(...descendants(work.index, relation.id))
  for (const id of ids) {
    const touched = work.index.relations.get(id)
    if (touched === undefined) continue
    if (id === relation.id) act(work, action, tableResource(touched))
    else actOnKin(work, action, tableResource(touched))
    work.lineage.relations.add(id)
  }
  noteSize(work, relation)
  noteUseCode(work, relation)
  if (isView(relation)) touchBehind(work, relation, action)
  if (systemSchemas.has(relation.schema)) touchSystem(work, relation.schema, relation.name, action)
}

function touchBehind(work: Work, relation: Relation, action: ActionName): void {
  const view = viewLineage(work, relation)
  copyFacts(work, view.facts)
  for (const id of view.lineage.relations) {
    work.lineage.relations.add(id)
    const behind = work.index.relations.get(id)
    if (behind !== undefined && action !== 'read') act(work, action, tableResource(behind))
  }
  for (const name of view.lineage.valueSources) work.lineage.valueSources.add(name)
  work.lineage.runsUnseen ||= view.lineage.runsUnseen
}

function touchSystem(work: Work, schema: string, name: string, action: ActionName): void {
  const resource = `table:${schema}.${name}`
  act(work, action, resource)
  if (action !== 'read' || isAdministrative(name)) act(work, 'admin', resource)
  if (showsValues(name)) work.lineage.valueSources.add(`${schema}.${name}`)
}

/** Resolves a RangeVar to every relation it can mean; none is opaque unless it is the system's own. */
export function resolve(work: Work, rangeVar: Tree, action: ActionName): readonly Relation[] {
  const schema = text(rangeVar, 'schemaname')
  const name = text(rangeVar, 'relname')
  const found = findRelations(work.index, work.searchPath, schema, name)
  if (found.length > mostMeanings) opaque(work, manyMeanings(name, found.length))
  for (const relation of found) {
    work.lineage.named.add(relation.id)
    touch(work, relation, action, !flag(rangeVar, 'inh'))
  }
  const shadowed = found.every((relation) => !systemSchemas.has(relation.schema))
  if (isSystemName(schema, name) && (found.length === 0 || shadowed)) {
    work.facts.tables.add(`${schema === '' ? 'pg_catalog' : schema}.${name}`)
    touchSystem(work, schema === '' ? 'pg_catalog' : schema, name, action)
  } else if (found.length === 0) {
    const shown = schema === '' ? name : `${schema}.${name}`
    const unseen = 'temporary tables and what an open transaction made cannot be seen'
    unknownName(work, shown, `unknown relation ${shown} (not in the target's catalog; ${unseen})`)
    act(work, action, `table:${schema === '' ? '*' : schema}.${name}`)
  }
  if (showsValues(name)) work.lineage.valueSources.add(name)
  return found
}

/** One item of FROM for a table name. */
export function entryFor(work: Work, rangeVar: Tree, relations: readonly Relation[]): RangeEntry {
  const name = text(rangeVar, 'relname')
  const schema = text(rangeVar, 'schemaname')
  const [first] = relations
  const named = (columns: readonly NamedValue[]) => ({
    alias: name,
    schema: first === undefined ? schema : first.schema,
    isTable: true,
    columns,
  })
  if (first === undefined) {
    const columns = missingValueColumns(schema, name, work.index.catalog.serverVersion)
    if (columns !== undefined) return named(columns)
    const open = isSystemName(schema, name) && !showsValues(name) ? nothing : unknownValue
    return { ...named([]), open }
  }
  if (relations.length === 1) return named(columnsOf(work, first))
  const all = relations.flatMap((relation) => columnsOf(work, relation))
  const names = [...new Set(all.map((column) => column.name))]
  const columns = names.map((column) => ({
    name: column,
    value: derive(all.filter((other) => other.name === column).map((other) => other.value)),
  }))
  const same = relations.every((relation) => relation.columns.length === columns.length)
  return same
    ? named(columns)
    : { ...named(columns), open: derive(all.map((column) => column.value)) }
}
