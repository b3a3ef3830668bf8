import type { ActionFact, ActionName } from '@wardgate/policy'
import type { Influence, NamedText } from '../analysis'
import type { CatalogIndex } from '../names/catalog-index'
import type { Tree } from '../tree'
import type { Scope } from './scope'
import type { Outputs, Value } from './value'

export type Where = Influence['where']

/** Deeper nesting of views, functions and prepared statements than this is refused. */
export const maxNesting = 16
/** More visited nodes than this in one text, bodies of views and functions included, is refused. */
export const maxNodes = 400_000

export interface NotedInfluence {
  readonly key: number
  readonly where: Where
  /** Absent = it decides by any value, not by groups of at least so many. */
  readonly groupSize?: number
}

/** What one statement reads and what decides about its result. */
export interface LineageNotes {
  readonly influences: Map<string, NotedInfluence>
  readonly relations: Set<number>
  /** Those of them that a text names: the target says of a column that it comes from one of these. */
  readonly named: Set<number>
  /** System relations that hold values of other columns, such as pg_stats. */
  readonly valueSources: Set<string>
  unknownInfluence: boolean
  /** Code of the target's own runs that the statement does not name: what it says in errors and notices is not known. */
  runsUnseen: boolean
  /** A function that users made and nobody can look into: its result can be of any table. */
  callsUnfollowed: boolean
}

/** What a whole text does; shared by all its statements. */
export interface FactNotes {
  readonly actions: Map<string, ActionFact>
  /** Keys of actions that only a parent or a partition brings along: judged as any other, and not worth naming. */
  readonly kin: Set<string>
  readonly opaque: Set<string>
  /** Names that the catalog does not have; it may be older than they are. */
  readonly unknown: Set<string>
  readonly tables: Set<string>
  readonly functions: Set<string>
  readonly riskMarks: Set<string>
  /** Locks that it asks for, by the words of the statement: `share`, `for update`. */
  readonly locks: Set<string>
  /** Cursors whose row WHERE CURRENT OF means: only the target knows at which they stand. */
  readonly cursors: Set<string>
  /** The server's estimate of the largest table's rows. */
  largestTableRows: number
  literalsMatter: boolean
  nodes: number
}

/** Everything an evaluation needs; passed explicitly, never global. */
export interface Work {
  readonly index: CatalogIndex
  readonly searchPath: readonly string[] | undefined
  readonly role: string
  readonly facts: FactNotes
  readonly lineage: LineageNotes
  readonly nesting: number
  readonly candidates: NamedText[]
  /** EXPLAIN ANALYZE tells how large what was computed is. */
  readonly isMeasured?: true
  /** Late-bound so that expressions, queries and statements live in files of their own without a cycle. */
  readonly query: (statement: Tree, scope: Scope, work: Work) => Outputs
  readonly parse: (text: string) => readonly Tree[] | undefined
}

export function newLineageNotes(): LineageNotes {
  return {
    influences: new Map(),
    relations: new Set(),
    named: new Set(),
    valueSources: new Set(),
    unknownInfluence: false,
    runsUnseen: false,
    callsUnfollowed: false,
  }
}

export function newFactNotes(): FactNotes {
  return {
    actions: new Map(),
    kin: new Set(),
    opaque: new Set(),
    unknown: new Set(),
    tables: new Set(),
    functions: new Set(),
    riskMarks: new Set(),
    locks: new Set(),
    cursors: new Set(),
    largestTableRows: 0,
    literalsMatter: false,
    nodes: 0,
  }
}

export function act(work: Work, action: ActionName, resource: string): void {
  const key = `${action} ${resource}`
  work.facts.kin.delete(key)
  if (!work.facts.actions.has(key)) work.facts.actions.set(key, { action, resource })
}

export function actOnKin(work: Work, action: ActionName, resource: string): void {
  const key = `${action} ${resource}`
  if (work.facts.actions.has(key)) return
  work.facts.actions.set(key, { action, resource })
  work.facts.kin.add(key)
}

export function opaque(work: Work, reason: string): void {
  work.facts.opaque.add(reason)
}

/** What a name that the catalog does not have stands for cannot be known. */
export function unknownName(work: Work, name: string, reason: string): void {
  work.facts.unknown.add(name)
  opaque(work, reason)
}

interface CopyOptions {
  /** What made it happen; told with what is opaque. */
  readonly why?: string
  readonly leaveOut?: ActionName | undefined
}

/** Adds what something behind the statement does, such as a view or a function, to the statement's own facts. */
export function copyFacts(work: Work, facts: FactNotes, { why, leaveOut }: CopyOptions = {}): void {
  for (const [key, { action, resource }] of facts.actions) {
    if (action === leaveOut) continue
    if (facts.kin.has(key)) actOnKin(work, action, resource)
    else act(work, action, resource)
  }
  for (const reason of facts.opaque) opaque(work, because(reason, why))
  for (const name of facts.unknown) work.facts.unknown.add(name)
  for (const name of facts.functions) work.facts.functions.add(name)
  for (const mark of facts.riskMarks) work.facts.riskMarks.add(mark)
  for (const lock of facts.locks) work.facts.locks.add(lock)
  for (const cursor of facts.cursors) work.facts.cursors.add(cursor)
  noteRows(work, facts.largestTableRows)
}

export function noteRows(work: Work, rows: number): void {
  work.facts.largestTableRows = Math.max(work.facts.largestTableRows, rows)
}

/** What runs itself again, such as a cast within a cast's function, is told once. */
function because(reason: string, why: string | undefined): string {
  if (why === undefined) return reason
  const isTold = reason.split(': ').some((part) => part === why || part.startsWith(`${why} `))
  return isTold ? reason : `${why}: ${reason}`
}

export function influence(work: Work, value: Value, where: Where): void {
  if (value.kind === 'unknown') work.lineage.unknownInfluence = true
  for (const key of value.sources) {
    const name = `${where} ${key}`
    const before = work.lineage.influences.get(name)
    // One use by any value outweighs all that only large groups answer.
    const groupSize =
      before === undefined ? value.groupSize : leastSize(before.groupSize, value.groupSize)
    const noted = groupSize === undefined ? { key, where } : { key, where, groupSize }
    work.lineage.influences.set(name, noted)
  }
}

/** A plan tells how many rows a filter removed, those of small groups too. */
export function forgetGroupSizes({ lineage: { influences } }: Work): void {
  for (const [name, { key, where }] of influences) influences.set(name, { key, where })
}

function leastSize(left: number | undefined, right: number | undefined): number | undefined {
  return left === undefined || right === undefined ? undefined : Math.min(left, right)
}

/** Counts a visited node; the bound turns a hostile statement into a refusal instead of a stall. */
export function visit(work: Work, cost = 1): boolean {
  work.facts.nodes += cost
  if (work.facts.nodes <= maxNodes) return true
  opaque(work, `statement is larger than ${maxNodes} nodes`)
  return false
}
