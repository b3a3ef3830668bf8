import type { NamedText } from '../analysis'
import { evaluateAll } from '../lineage/expression'
import { emptyScope } from '../lineage/scope'
import { allOf, derive, known, unknownValue, type Outputs } from '../lineage/value'
import { influence, maxNesting, opaque, visit, type Work } from '../lineage/work'
import { runInputCode } from '../names/type-code'
import { noteType } from '../names/types'
import { child, list, text, unwrap, type Tree } from '../tree'

export type RunStatement = (statement: Tree, work: Work) => Outputs | undefined

/** Counts against the bound on nodes: statements that execute each other must not multiply without end. */
const candidateCost = 1_000

type Target = 'prepared' | 'cursor'

/** The statement that a candidate's text makes runnable by name. */
function runnable(statement: Tree, target: Target): Tree | undefined {
  const { kind, body } = unwrap(statement)
  if (kind === 'PrepareStmt') return target === 'prepared' ? child(body, 'query') : undefined
  if (kind === 'DeclareCursorStmt') return target === 'cursor' ? child(body, 'query') : undefined
  return target === 'prepared' ? statement : undefined
}

function declares(statement: Tree, name: string): boolean {
  const { body } = unwrap(statement)
  const own = text(body, 'name') || text(body, 'portalname')
  return own === '' || own === name
}

/** EXECUTE reads its arguments as values of these types. */
function runParameterCode(statement: Tree, { parameterTypes = [] }: NamedText, work: Work): void {
  for (const type of parameterTypes) if (type !== 0) runInputCode(work, type)
  for (const type of list(unwrap(statement).body, 'argtypes')) noteType(work, unwrap(type).body)
}

interface Runnable {
  readonly statement: Tree
  /** In which its names mean something. */
  readonly searchPath: Work['searchPath']
}

/** A prepared statement is read again when the path has changed; the query of a cursor is read once. */
function pathOf({ searchPath }: NamedText, target: Target, work: Work): Work['searchPath'] {
  return target === 'cursor' ? searchPath : work.searchPath
}

function candidates(name: string, target: Target, work: Work): Runnable[] | undefined {
  const found: Runnable[] = []
  for (const candidate of work.candidates) {
    if (candidate.name !== name) continue
    if (!visit(work, candidateCost)) return undefined
    const statements = work.parse(candidate.text)
    if (statements === undefined) return undefined
    for (const statement of statements) {
      const inner = declares(statement, name) ? runnable(statement, target) : undefined
      if (inner === undefined) continue
      runParameterCode(statement, candidate, work)
      found.push({ statement: inner, searchPath: pathOf(candidate, target, work) })
    }
  }
  return found
}

function combine(all: readonly (Outputs | undefined)[]): Outputs | undefined {
  const rows = all.filter((outputs) => outputs !== undefined)
  if (rows.length <= 1) return rows[0]
  return { rest: derive(rows.map(allOf)) }
}

/** EXECUTE, FETCH and MOVE: everything that the name can stand for must be judged; an unknown name is opaque. */
export function evaluateByName(
  name: string,
  target: Target,
  work: Work,
  run: RunStatement,
): Outputs | undefined {
  work.facts.literalsMatter = true
  const statements = work.nesting < maxNesting ? candidates(name, target, work) : undefined
  if (statements === undefined || statements.length === 0) {
    const what = target === 'cursor' ? 'cursor' : 'prepared statement'
    opaque(work, `${what} ${JSON.stringify(name)} is not known in this session`)
    return { rest: unknownValue }
  }
  const nesting = work.nesting + 1
  return combine(
    statements.map(({ statement, searchPath }) => run(statement, { ...work, nesting, searchPath })),
  )
}

export function evaluateExecute(body: Tree, work: Work, run: RunStatement): Outputs | undefined {
  for (const value of evaluateAll(list(body, 'params'), emptyScope, work)) {
    influence(work, value, 'argument')
  }
  return evaluateByName(text(body, 'name'), 'prepared', work, run)
}

export function evaluateFetch(body: Tree, work: Work, run: RunStatement): Outputs | undefined {
  const outputs = evaluateByName(text(body, 'portalname'), 'cursor', work, run)
  return body['ismove'] === true ? undefined : (outputs ?? known([]))
}
