import type { ActionFact, Facts } from '@wardgate/policy'
import type {
  Analyze,
  Influence,
  NamedText,
  OutputColumn,
  StatementAnalysis,
  StatementInput,
  StatementLineage,
} from './analysis'
import { copyWith } from './copy-with'
import { gather } from './gather'
import { columnReference, nothing, type NamedValue, type Outputs } from './lineage/value'
import { act, newFactNotes, newLineageNotes, type LineageNotes, type Work } from './lineage/work'
import { expandSearchPath, type CatalogIndex } from './names/catalog-index'
import { runInputCode } from './names/type-code'
import { parseText, type ParsedStatement } from './parser'
import { assess } from './risk/assess'
import { scoreRisk } from './risk/factors'
import { evaluateQuery, hasLimit } from './statements/queries'
import { runStatement, statementLabel } from './statements/statement'
import { temporarySchema, type SchemaChange } from './schema/change'
import { withChanges, withTemporary } from './schema/overlay'
import { SessionChanges } from './schema/session-changes'
import { summarize } from './summary'
import { text, unwrap, type Tree } from './tree'

/** More names prepared by one text than this are refused. */
const maxCandidates = 1_000

function parseTrees(statement: string): readonly Tree[] | undefined {
  const parsed = parseText(statement)
  return parsed.kind === 'parsed' ? parsed.statements.map(({ tree }) => tree) : undefined
}

function newWork(input: StatementInput, index: CatalogIndex): Work {
  return {
    index,
    searchPath: expandSearchPath(input.searchPath, input.role),
    role: input.role,
    facts: newFactNotes(),
    lineage: newLineageNotes(),
    nesting: 0,
    candidates: input.prepared.slice(0, maxCandidates),
    query: evaluateQuery,
    parse: parseTrees,
  }
}

function declaration(statement: ParsedStatement, { searchPath }: Work): NamedText | undefined {
  const { kind, body } = unwrap(statement.tree)
  const { text: whole } = statement
  const path = searchPath === undefined ? {} : { searchPath }
  if (kind === 'PrepareStmt') return { name: text(body, 'name'), text: whole, ...path }
  if (kind === 'DeclareCursorStmt') return { name: text(body, 'portalname'), text: whole, ...path }
  return undefined
}

function outputColumns(columns: readonly NamedValue[]): OutputColumn[] {
  const rows = new Map<object, number>()
  return columns.map(({ name, value }) => {
    const { kind, groupSize, row } = value
    const sources = [...value.sources].map(columnReference)
    if (row !== undefined && !rows.has(row)) rows.set(row, rows.size)
    const number = row === undefined || kind !== 'direct' ? undefined : rows.get(row)
    return {
      name,
      kind,
      sources,
      ...(groupSize !== undefined && { groupSize }),
      ...(number !== undefined && { row: number }),
    }
  })
}

function isTainted({ columns, rest }: Outputs): boolean {
  return rest.kind === 'unknown' || columns?.some(({ value }) => value.kind === 'unknown') === true
}

/** What an output comes from is read, also where the stored catalog does not have it. */
function relationsShown(outputs: Outputs | undefined): number[] {
  const values = outputs?.columns?.map(({ value }) => value) ?? (outputs ? [outputs.rest] : [])
  return gather(values, ({ sources }) => sources).map((key) => columnReference(key).relation)
}

function lineageOf(outputs: Outputs | undefined, notes: LineageNotes): StatementLineage {
  const { unknownInfluence, callsUnfollowed, relations, named, runsUnseen, valueSources } = notes
  const columns = outputs?.columns
  const lineage = {
    unknownOutputs: outputs !== undefined && columns === undefined,
    tainted: outputs !== undefined && isTainted(outputs),
    unknownInfluence,
    influences: influencesOf(notes),
    relations: [...new Set([...relations, ...relationsShown(outputs)])],
    named: [...named],
    valueSources: [...valueSources],
    ...(runsUnseen && { runsUnseen }),
    ...(callsUnfollowed && { callsUnfollowed }),
  }
  return columns === undefined ? lineage : { outputs: outputColumns(columns), ...lineage }
}

function influencesOf({ influences }: LineageNotes): readonly Influence[] {
  const found: Influence[] = []
  for (const { key, where, groupSize } of influences.values()) {
    const column = columnReference(key)
    found.push(groupSize === undefined ? { column, where } : { column, where, groupSize })
  }
  return found
}

function evaluateOne(
  statement: ParsedStatement,
  { parameterTypes = [] }: StatementInput,
  work: Work,
): StatementLineage {
  for (const type of parameterTypes) if (type !== 0) runInputCode(work, type)
  const outputs = runStatement(statement.tree, work)
  if (work.lineage.valueSources.size > 0) work.facts.riskMarks.add('system-values')
  return lineageOf(outputs, work.lineage)
}

function sorted(actions: Iterable<ActionFact>): ActionFact[] {
  return [...actions].sort((left, right) =>
    `${left.action} ${left.resource}` < `${right.action} ${right.resource}` ? -1 : 1,
  )
}

function toFacts(work: Work, statements: readonly ParsedStatement[]): Facts {
  const { facts } = work
  if (facts.actions.size === 0 && facts.opaque.size === 0) act(work, 'read', 'session:values')
  const labels = statements.map(({ tree }) => statementLabel(tree))
  const marks = facts.riskMarks
  const unfiltered = marks.has('delete-without-where') || marks.has('update-without-where')
  const changes = marks.has('has-where') || unfiltered
  return {
    kind: 'sql',
    summary: summarize(labels, facts),
    actions: sorted(facts.actions.values()),
    opaque: [...facts.opaque],
    risk: scoreRisk(assess(facts, statements.length)),
    detail: {
      'sql.statement': labels,
      'sql.tables': [...facts.tables],
      'sql.functions': [...facts.functions],
      'sql.multiStatement': statements.length > 1,
      'sql.hasLimit': statements.length > 0 && statements.every(({ tree }) => hasLimit(tree)),
      'sql.alwaysTrueWhere': marks.has('always-true-where'),
      'sql.cartesianJoin': marks.has('cartesian'),
      'sql.largestTableRows': facts.largestTableRows,
      'sql.locks': [...facts.locks],
      ...(facts.cursors.size > 0 && { 'sql.cursors': [...facts.cursors] }),
      ...(changes && { 'sql.hasWhere': !unfiltered }),
    },
    literalsMatter: facts.literalsMatter || statements.length > 1,
  }
}

const movers =
  /^(?:set setting:(?:search_path|role|session_authorization|\*)|execute .*|transaction transaction:(?:commit|rollback|rollback-to))$/

/** Whether statements before, in the same text, may have changed in which schemas names are looked up. */
function mayHaveMoved({ facts }: Work): boolean {
  return facts.opaque.size > 0 || [...facts.actions.keys()].some((action) => movers.test(action))
}

function opaqueAnalysis(work: Work, reason: string): StatementAnalysis {
  work.facts.opaque.add(reason)
  work.facts.literalsMatter = true
  return {
    facts: { ...toFacts(work, []), summary: 'UNREADABLE statement' },
    statements: [lineageOf({ rest: { ...nothing, kind: 'unknown' } }, newLineageNotes())],
    declares: [],
    changes: [],
    metChanges: [],
    restsOnChanges: false,
    unknown: [],
  }
}

function analyzeEach(
  parsed: readonly ParsedStatement[],
  work: Work,
  input: StatementInput,
): StatementAnalysis {
  const { changes: earlier = [] } = input
  const declares: NamedText[] = []
  const changes = new SessionChanges(earlier)
  const statements = parsed.map((statement) => {
    // A statement meets what those before it in the text have made, and set.
    const index = withChanges(work.index, changes.now)
    const searchPath = mayHaveMoved(work) ? undefined : withTemporary(work.searchPath, index)
    const here = copyWith(work, { index, searchPath, lineage: newLineageNotes() })
    const declared = declaration(statement, here)
    if (declared !== undefined) {
      declares.push(declared)
      work.candidates.push(declared)
    }
    const { result, isOpaque, isClean } = withDoubts(work, () =>
      evaluateOne(statement, input, here),
    )
    changes.follow({ statement, work: here, isOpaque, isClean })
    return result
  })
  return {
    facts: toFacts(work, parsed),
    statements,
    declares,
    changes: changes.now,
    metChanges: changes.met,
    restsOnChanges: restsOn(statements, earlier),
    unknown: [...work.facts.unknown],
  }
}

/** What one statement adds to what cannot be followed. */
function withDoubts<T>({ facts }: Work, evaluated: () => T) {
  const [opaque, functions] = [[...facts.opaque], [...facts.functions]]
  facts.opaque.clear()
  facts.functions.clear()
  const result = evaluated()
  const isOpaque = facts.opaque.size > 0
  const isClean = !isOpaque && facts.functions.size === 0
  putBefore(facts.opaque, opaque)
  putBefore(facts.functions, functions)
  return { result, isOpaque, isClean }
}

function putBefore(notes: Set<string>, earlier: readonly string[]): void {
  if (earlier.length === 0) return
  const own = [...notes]
  notes.clear()
  for (const note of [...earlier, ...own]) notes.add(note)
}

function restsOn(
  statements: readonly StatementLineage[],
  changes: readonly SchemaChange[],
): boolean {
  if (changes.length === 0) return false
  const changed = new Set(
    changes.flatMap((change) => {
      if (change.kind === 'dropped') return [change.id]
      const isLasting = change.kind === 'relation' && change.relation.schema !== temporarySchema
      return isLasting ? [change.relation.id] : []
    }),
  )
  return statements.some(({ relations }) => relations.some((id) => changed.has(id)))
}

/** Parses with the target's grammar and says what the text does. Never throws for bad SQL: facts are then opaque. */
export const analyze: Analyze = (input, index) => {
  const work = newWork(input, index)
  const parsed = parseText(input.text)
  if (parsed.kind === 'unreadable') return opaqueAnalysis(work, parsed.reason)
  if (input.prepared.length > maxCandidates) work.facts.opaque.add('too many prepared statements')
  try {
    return analyzeEach(parsed.statements, work, input)
  } catch (error) {
    // Depth is bounded before parsing; should the stack still end, the statement is refused, not the session.
    if (!(error instanceof RangeError)) throw error
    return opaqueAnalysis(newWork(input, index), 'statement is nested too deeply')
  }
}
