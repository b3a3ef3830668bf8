import { columnKey, columnValue } from '../lineage/value'
import { act, influence, type Work } from '../lineage/work'
import { findRelations } from '../names/catalog-index'
import { isNoHome } from '../schema/change'
import { child, list, nameParts, text, unwrap, type Tree } from '../tree'

const publishes: ReadonlySet<string> = new Set(['CreatePublicationStmt', 'AlterPublicationStmt'])

/** What is published leaves with no mask: whoever makes a publication copies the columns to where it is read. */
export function notePublished(key: string, body: Tree, work: Work): void {
  if (!publishes.has(key) || text(body, 'action') === 'AP_DropObjects') return
  if (body['for_all_tables'] === true) publishMany('*', work)
  for (const object of list(body, 'pubobjects').map((item) => unwrap(item).body)) {
    const table = child(object, 'pubtable')
    if (table === undefined) publishMany(schemaOf(object, work), work)
    else publishTable(table, work)
  }
}

/** TABLES IN SCHEMA: the one that is named, or the first of the path. */
function schemaOf(object: Tree, work: Work): string {
  const named = text(object, 'name')
  const [first] = (work.searchPath ?? []).filter((schema) => !isNoHome(schema))
  return `${named || (first ?? '*')}.*`
}

/** Tables that are made later are among them, so no list of columns says what goes out. */
function publishMany(tables: string, work: Work): void {
  act(work, 'replicate', `table:${tables}`)
  work.lineage.valueSources.add('a publication of all tables')
}

function publishTable(published: Tree, work: Work): void {
  const table = child(published, 'relation') ?? {}
  const names = new Set(nameParts(list(published, 'columns')))
  const [schema, name] = [text(table, 'schemaname'), text(table, 'relname')]
  for (const { id, columns } of findRelations(work.index, work.searchPath, schema, name))
    for (const column of columns)
      if (names.size === 0 || names.has(column.name))
        influence(work, columnValue(columnKey(id, column.number)), 'write')
}
