import type { Work } from '../lineage/work'
import { child, isTree, list, nameParts, text, type Tree } from '../tree'
import { tell } from './told-columns'

/** Names of columns that an expression inside a definition reads; `*` = all of them. */
export function columnsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(columnsIn)
  if (!isTree(value)) return []
  const found = child(value, 'ColumnRef')
  if (found !== undefined) return nameParts(list(found, 'fields')).slice(-1)
  return Object.values(value).flatMap(columnsIn)
}

/** The columns that a rename moves away from the selectors that name them. */
function renamedColumns(key: string, body: Tree): string[] {
  if (key === 'RenameStmt' && text(body, 'renameType') === 'OBJECT_COLUMN') {
    return [text(body, 'subname')]
  }
  const moves =
    key === 'AlterObjectSchemaStmt' ||
    (key === 'RenameStmt' && /TABLE|VIEW/.test(text(body, 'renameType')))
  return moves ? ['*'] : []
}

/** Checks, generated columns, index expressions and row filters tell or copy values; renames lose their masks. */
export function noteColumns(key: string, body: Tree, work: Work): void {
  const names = new Set([...columnsIn(body), ...renamedColumns(key, body)])
  if (names.size === 0) return
  const known = [...work.lineage.relations].map((id) => work.index.relations.get(id))
  const relations = known.filter((relation) => relation !== undefined)
  tell(work, relations, 'write', names.has('*') ? undefined : names)
}
