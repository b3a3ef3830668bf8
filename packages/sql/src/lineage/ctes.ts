import { child, flag, list, nameParts, text, unwrap, type Tree } from '../tree'
import type { Scope } from './scope'
import { allOf, derive, known, nothing, sameSources, unknownValue, type Outputs } from './value'
import { influence, opaque, type Work } from './work'

/** Recursive queries settle in a few rounds; one that does not counts as unknown. */
const maxRounds = 8

function rename(outputs: Outputs, names: readonly string[]): Outputs {
  if (outputs.columns === undefined || names.length === 0) {
    if (names.length === 0) return outputs
    const all = allOf(outputs)
    return { rest: all }
  }
  return known(
    outputs.columns.map((column, position) => ({
      ...column,
      name: names[position] ?? column.name,
    })),
  )
}

/** SEARCH and CYCLE add columns made of the others. */
function withAddedColumns(outputs: Outputs, cte: Tree): Outputs {
  const search = child(cte, 'search_clause')
  const cycle = child(cte, 'cycle_clause')
  const names = [
    ...(search === undefined ? [] : [text(search, 'search_seq_column')]),
    ...(cycle === undefined
      ? []
      : [text(cycle, 'cycle_mark_column'), text(cycle, 'cycle_path_column')]),
  ]
  if (names.length === 0 || outputs.columns === undefined) return outputs
  const value = allOf(outputs)
  return known([...outputs.columns, ...names.map((name) => ({ name, value }))])
}

/** A row whose values were there before ends the cycle: how many rows there are then answers a guess. */
function noteCycle(outputs: Outputs, cte: Tree, work: Work): void {
  const cycle = child(cte, 'cycle_clause')
  if (cycle === undefined) return
  const names = nameParts(list(cycle, 'cycle_col_list'))
  if (outputs.columns === undefined) influence(work, allOf(outputs), 'distinct')
  for (const { name, value } of outputs.columns ?? [])
    if (names.includes(name)) influence(work, value, 'distinct')
}

function evaluateCte(cte: Tree, scope: Scope, work: Work): Outputs {
  const query = child(cte, 'ctequery')
  const outputs = query === undefined ? known([]) : work.query(query, scope, work)
  const named = rename(outputs, nameParts(list(cte, 'aliascolnames')))
  noteCycle(named, cte, work)
  return withAddedColumns(named, cte)
}

function isSame(left: Outputs, right: Outputs): boolean {
  if (left.columns?.length !== right.columns?.length) return false
  if (!sameSources(allOf(left), allOf(right))) return false
  return (left.columns ?? []).every((column, position) => {
    const other = right.columns?.[position]?.value
    return (
      other !== undefined && other.kind === column.value.kind && sameSources(other, column.value)
    )
  })
}

/** What one more round makes larger, as many rounds as its author likes make as large as he likes. */
function noteGrowth(
  before: ReadonlyMap<string, Outputs>,
  names: ReadonlyMap<string, Outputs>,
  work: Work,
): void {
  for (const [name, outputs] of names) {
    const smaller = before.get(name)?.columns ?? []
    for (const [at, { value }] of (outputs.columns ?? []).entries())
      if (value.isBent && (value.size ?? 1) > (smaller[at]?.value.size ?? 1))
        influence(work, value, 'argument')
  }
}

function settle(
  ctes: readonly Tree[],
  names: Map<string, Outputs>,
  scope: Scope,
  work: Work,
): void {
  for (const cte of ctes) names.set(text(cte, 'ctename'), { rest: nothing })
  for (let round = 0; round < maxRounds; round += 1) {
    const before = new Map(names)
    let changed = false
    for (const cte of ctes) {
      const name = text(cte, 'ctename')
      const outputs = evaluateCte(cte, scope, work)
      const known = names.get(name)
      changed ||= known === undefined || !isSame(known, outputs)
      names.set(name, outputs)
    }
    if (!changed) {
      noteGrowth(before, names, work)
      return
    }
  }
  for (const name of names.keys()) names.set(name, { rest: unknownValue })
  opaque(work, 'recursive query is too entangled to follow')
}

/** Adds the names of WITH. RECURSIVE lets every query see all of them, whatever their order. */
export function addCtes(clause: Tree | undefined, scope: Scope, work: Work): Scope {
  if (clause === undefined) return scope
  const names = new Map<string, Outputs>()
  const inner: Scope = { ...scope, ctes: names }
  const ctes = list(clause, 'ctes').map((cte) => unwrap(cte).body)
  if (flag(clause, 'recursive')) {
    settle(ctes, names, inner, work)
    return inner
  }
  for (const cte of ctes) names.set(text(cte, 'ctename'), derived(evaluateCte(cte, inner, work)))
  return inner
}

function derived(outputs: Outputs): Outputs {
  return outputs.columns === undefined ? { rest: derive([outputs.rest]) } : outputs
}
