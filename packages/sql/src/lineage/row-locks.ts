import { rowLock } from '../names/locks'
import { resolve } from '../names/relations'
import { child, unwrap, type Tree } from '../tree'
import { act, type Work } from './work'

/** Row locks of FOR UPDATE and its like. */
export function noteLocks(clauses: readonly Tree[], items: readonly Tree[], work: Work): void {
  if (clauses.length === 0) return
  for (const clause of clauses) work.facts.locks.add(rowLock(clause))
  const tables = items.flatMap((item) => tableNames(item))
  for (const table of tables) resolve(work, table, 'lock')
  if (tables.length === 0) act(work, 'lock', 'table:*')
}

function tableNames(tree: Tree): Tree[] {
  const { kind, body } = unwrap(tree)
  if (kind === 'RangeVar') return [body]
  if (kind !== 'JoinExpr') return []
  return ['larg', 'rarg'].flatMap((side) => tableNames(child(body, side) ?? {}))
}
