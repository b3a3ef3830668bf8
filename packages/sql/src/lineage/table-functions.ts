import { operandOf } from '../functions/operators'
import { isSafeXmlTable } from '../functions/safe-documents'
import { child, list, text, unwrap, type Tree } from '../tree'
import { evaluate, evaluateInside } from './expression'
import { applyAlias, itemOf, type FromItem } from './from-item'
import type { Scope } from './scope'
import { derive, type Value } from './value'
import { influence, type Work } from './work'

const xml = 142

/** Text within an element is escaped; of a value that is XML by itself the rows would tell what elements it has. */
function holdsNoXml(element: Tree | undefined, scope: Scope, work: Work): boolean {
  return list(unwrap(element ?? {}).body, 'args').every((tree) => {
    const { typeId } = operandOf(tree, evaluate(tree, scope, work), work.index)
    return unwrap(tree).kind === 'A_Const' || (typeId !== undefined && typeId !== xml)
  })
}

/** XMLTABLE and JSON_TABLE: every column is computed from every expression inside. */
export function fromTableFunction(body: Tree, scope: Scope, work: Work): FromItem {
  const columns = list(body, 'columns')
  const { alias: _alias, columns: _columns, ...arguments_ } = body
  const value = derive([
    evaluateInside(arguments_, scope, work),
    ...tableColumns(columns).map((column) => evaluateColumnParts(column, scope, work)),
  ])
  work.facts.literalsMatter = true
  const isSafe =
    isSafeXmlTable(body, tableColumns(columns)) && holdsNoXml(child(body, 'docexpr'), scope, work)
  if (!isSafe) influence(work, value, 'argument')
  const named = tableColumns(columns)
    .map((column) => text(column, 'colname') || text(column, 'name'))
    .filter((name) => name !== '')
    .map((name) => ({ name, value }))
  return itemOf(applyAlias({ alias: '', columns: named, isTable: false }, body))
}

function evaluateColumnParts(column: Tree, scope: Scope, work: Work): Value {
  const { columns: _nested, ...own } = column
  return evaluateInside(own, scope, work)
}

/** Columns in order, NESTED PATH flattened where it stands. */
function tableColumns(columns: readonly Tree[]): Tree[] {
  return columns.flatMap((column) => {
    const { body } = unwrap(column)
    const inner = list(body, 'columns')
    return inner.length > 0 ? [body, ...tableColumns(inner)] : [body]
  })
}
