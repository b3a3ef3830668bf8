import { entryFor, resolve } from '../names/relations'
import { noteWriteCode } from '../names/written'
import { emptyScope, withEntries, rowOf } from '../lineage/scope'
import { decide } from '../lineage/expression'
import { known, type NamedValue, type Outputs } from '../lineage/value'
import { act, opaque, type Work } from '../lineage/work'
import { child, flag, list, nameParts, text, type Tree } from '../tree'

/** COPY with a file or a program works on the server's own disk and shell. */
function noteFile(body: Tree, work: Work): void {
  const target = flag(body, 'is_program') ? 'program' : 'file'
  act(work, 'admin', `server:${target}`)
  opaque(work, `COPY with a ${target} on the server`)
}

function selected(body: Tree, columns: readonly NamedValue[]): Outputs {
  const names = nameParts(list(body, 'attlist'))
  if (names.length === 0) return known(columns)
  return known(names.flatMap((name) => columns.filter((column) => column.name === name)))
}

/** COPY TO sends what a SELECT would; the rows come as CopyData. */
export function evaluateCopy(body: Tree, work: Work): Outputs | undefined {
  work.facts.literalsMatter = true
  if (text(body, 'filename') !== '' || flag(body, 'is_program')) noteFile(body, work)
  const query = child(body, 'query')
  if (query !== undefined) {
    act(work, 'copy', 'query:*')
    return work.query(query, emptyScope, work)
  }
  const relation = child(body, 'relation') ?? {}
  const relations = resolve(work, relation, flag(body, 'is_from') ? 'insert' : 'read')
  for (const found of relations) act(work, 'copy', `table:${found.schema}.${found.name}`)
  const entry = entryFor(work, relation, relations)
  if (flag(body, 'is_from')) {
    noteWriteCode(work, relations, 'stored')
    const scope = withEntries(emptyScope, [entry], entry.columns)
    decide(child(body, 'whereClause'), 'predicate', scope, work)
    return undefined
  }
  if (entry.open !== undefined) return { rest: rowOf(entry) }
  return selected(body, entry.columns)
}
