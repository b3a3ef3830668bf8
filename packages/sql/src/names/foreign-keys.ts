import type { ForeignKey, Relation } from '../catalog'
import { nothing, type Value } from '../lineage/value'
import { act, opaque, visit, type Work } from '../lineage/work'
import { ancestors } from './catalog-index'
import { notePlanCode, noteRowCode } from './relation-code'
import { touchRows } from './relations'
import { noteRules } from './rules'
import { writtenRelations } from './written'

/** What a statement does to the rows that others refer to. */
export type RowsEvent =
  | { readonly kind: 'delete' }
  | { readonly kind: 'truncate' }
  /** By name, as partitions number their columns differently; undefined = any of them. */
  | {
      readonly kind: 'update'
      readonly columns: ReadonlySet<string> | undefined
      readonly written: Value
    }

interface Step {
  readonly relations: ReadonlySet<Relation>
  readonly event: RowsEvent
}

interface Referring {
  readonly relation: Relation
  readonly key: ForeignKey
}

/** More keys than these that follow from one statement are refused. */
const mostReferences = 1_000
/** Counts against the bound on nodes: rules and functions can make each other follow the same keys again. */
const referenceCost = 20

/** Before it, a row that an UPDATE moves to another partition is deleted from where it was. */
const movesAsUpdate = 150_000

/**
 * What follows in other tables by their foreign keys, as if the statement had done it. The target does it as the owner of
 * those tables and past their row policies, but their triggers and rewrite rules run.
 */
export function noteForeignKeys(work: Work, named: readonly Relation[], event: RowsEvent): void {
  const followed = new Set<string>()
  const steps: Step[] = named.flatMap((relation) => {
    const relations = referable(work, writtenRelations(work, relation))
    return eventsOf(work, relations, event).map((each) => ({ relations, event: each }))
  })
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    for (const reference of referencesTo(work, step.relations)) {
      const next = eventIn(reference, step)
      if (next === undefined || followed.has(stepName(reference, next))) continue
      followed.add(stepName(reference, next))
      if (followed.size > mostReferences || !visit(work, referenceCost)) {
        opaque(work, `more than ${mostReferences} foreign keys follow from the statement`)
        return
      }
      noteEvent(work, reference.relation, next)
      steps.push({ relations: referable(work, rowsOf(work, reference.relation)), event: next })
    }
  }
}

function stepName({ relation, key }: Referring, event: RowsEvent): string {
  if (event.kind !== 'update') return `${event.kind} ${relation.id}`
  const columns = event.columns === undefined ? key.columns : [...event.columns]
  return `update ${relation.id} ${columns.join(' ')}`
}

function eventsOf(work: Work, relations: ReadonlySet<Relation>, event: RowsEvent): RowsEvent[] {
  const isMoved =
    event.kind === 'update' &&
    work.index.catalog.serverVersion < movesAsUpdate &&
    [...relations].some(({ kind }) => kind === 'partitioned-table')
  return isMoved ? [event, { kind: 'delete' }] : [event]
}

/** A key that refers to a partitioned table refers to the rows of its partitions. */
function referable(work: Work, relations: ReadonlySet<Relation>): Set<Relation> {
  const above = [...relations].flatMap(({ id }) =>
    [...ancestors(work.index, id)].flatMap((parent) => work.index.relations.get(parent) ?? []),
  )
  return new Set([...relations, ...above.filter(({ kind }) => kind === 'partitioned-table')])
}

/** What follows happens ONLY in the table that has the key, and in its partitions. */
function rowsOf(work: Work, relation: Relation): ReadonlySet<Relation> {
  const isDivided = relation.kind === 'partitioned-table'
  return isDivided ? writtenRelations(work, relation) : new Set([relation])
}

function referencesTo(work: Work, relations: ReadonlySet<Relation>): Referring[] {
  const references = [...relations].flatMap(({ id }) => work.index.references.get(id) ?? [])
  // As the session may have changed it.
  return references.flatMap(({ id, key }) => {
    const relation = work.index.relations.get(id)
    return relation === undefined ? [] : [{ relation, key }]
  })
}

/** What a key makes of a change of the rows that it refers to. */
function eventIn({ relation, key }: Referring, { relations, event }: Step): RowsEvent | undefined {
  if (event.kind === 'truncate') return event
  if (event.kind === 'delete') {
    if (key.onDelete === 'cascade') return event
    const set = key.setColumns.length > 0 ? key.setColumns : key.columns
    return key.onDelete === 'refuse' ? undefined : updated(relation, set, nothing)
  }
  const referenced = [...relations].find(({ id }) => id === key.referencedId)
  const isChanged =
    referenced === undefined || changes(referenced, key.referencedColumns, event.columns)
  if (key.onUpdate === 'refuse' || !isChanged) return undefined
  return updated(relation, key.columns, event.written)
}

function updated(relation: Relation, columns: readonly number[], written: Value): RowsEvent {
  return { kind: 'update', columns: namesOf(relation, columns), written }
}

function namesOf(relation: Relation, numbers: readonly number[]): ReadonlySet<string> | undefined {
  const names = numbers.map((number) => relation.columns.find((one) => one.number === number)?.name)
  const known = names.filter((name) => name !== undefined)
  return known.length === names.length ? new Set(known) : undefined
}

/** Triggers can change any column of the row, and generated columns change with others. */
function changes(
  relation: Relation,
  numbers: readonly number[],
  written: ReadonlySet<string> | undefined,
): boolean {
  if (written === undefined || hasTriggers(relation)) return true
  const columns = numbers.map((number) => relation.columns.find((one) => one.number === number))
  return columns.some(
    (column) => column === undefined || written.has(column.name) || Boolean(column.generated),
  )
}

function hasTriggers({ calls }: Relation): boolean {
  return calls?.some(({ cause }) => cause === 'trigger') === true
}

const ruleEvents = { delete: ['CMD_DELETE'], update: ['CMD_UPDATE'], truncate: [] } as const

function noteEvent(work: Work, relation: Relation, event: RowsEvent): void {
  touchRows(work, relation, event.kind)
  for (const changed of rowsOf(work, relation)) {
    notePlanCode(work, changed)
    noteRowCode(work, changed, event.kind === 'update' ? 'stored' : 'removed')
  }
  const written = event.kind === 'update' ? event.written : nothing
  noteRules(work, [relation], ruleEvents[event.kind], written)
}

/** Relations with a key that refers to one of these. */
export function referringTo(work: Work, relations: readonly Relation[]): readonly Relation[] {
  const referred = relations.flatMap((relation) => [...writtenRelations(work, relation)])
  return referencesTo(work, new Set(referred)).map(({ relation }) => relation)
}

/** TRUNCATE … CASCADE empties every table that refers to these, whatever its keys do on DELETE. */
export function noteTruncateCascade(work: Work, relations: readonly Relation[]): void {
  noteForeignKeys(work, relations, { kind: 'truncate' })
  // No key at all can be that an older agent has not read them, and nobody has read those that a session made.
  if (work.index.references.size === 0 || work.index.uncertain !== undefined)
    act(work, 'truncate', 'table:*')
}
