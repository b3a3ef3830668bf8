import { child, list, stringConstant, text, unwrap, type Tree } from '../tree'
import type { Value } from '../lineage/value'
import { readsShapeOnly } from './total-functions'

/** Steps to a member and nothing else: no filter, no method, no arithmetic and no `strict`, so it never fails. */
const simpleJsonPath = /^(lax )?\$(\.(\w+|"[^"\\]*")|\[(\d+|\*)\])*$/
/** One key of the row itself: there is exactly one match, whatever it holds. */
const oneKey = /^(lax )?\$\.(\w+|"[^"\\]*")$/
/** Steps from element to element: no predicate and no function. */
const simpleXpath = /^[/\w*@.]+$/

const documentOfRow: ReadonlySet<string> = new Set(['hstore', 'row_to_json', 'to_json', 'to_jsonb'])

interface Called {
  readonly name: string
  readonly values: readonly Value[]
  readonly nodes: readonly Tree[]
}

function isElement(tree: Tree | undefined): boolean {
  const node = tree === undefined ? undefined : unwrap(tree)
  return node?.kind === 'XmlExpr' && text(node.body, 'op') === 'IS_XMLELEMENT'
}

function followsSimplePath({ name, nodes }: Called): boolean {
  if (!name.startsWith('jsonb_path_')) return true
  const pattern = name === 'jsonb_path_query' ? oneKey : simpleJsonPath
  return nodes.length === 2 && pattern.test(stringConstant(nodes[1]) ?? '')
}

/** An argument that is well formed whatever the values in it are. */
export function isSafeDocument(call: Called, position: number): boolean {
  const value = call.values[position]
  if (value?.isRowDocument === true) return readsShapeOnly(call.name) && followsSimplePath(call)
  const isXpath = call.name === 'xpath' && position === 1
  return isXpath && isElement(call.nodes[1]) && stringConstant(call.nodes[0]) !== undefined
}

/** Marks what `to_jsonb(t)` and its like make of a row of plain columns. */
export function asRowDocument(name: string, values: readonly Value[], result: Value): Value {
  const [row] = values
  if (!documentOfRow.has(name) || values.length !== 1 || row?.fields === undefined) return result
  const isPlain = row.fields.every(({ value }) => value.plain || value.sources.size === 0)
  return isPlain ? { ...result, isRowDocument: true } : result
}

/** XMLTABLE over an element made in place: its rows and texts are there whatever the values are. */
export function isSafeXmlTable(body: Tree, columns: readonly Tree[]): boolean {
  const path = stringConstant(child(body, 'rowexpr')) ?? ''
  if (!isElement(child(body, 'docexpr')) || !simpleXpath.test(path)) return false
  return columns.every((column) => {
    const own = child(column, 'colexpr')
    const isSimple = own === undefined || simpleXpath.test(stringConstant(own) ?? '')
    return isSimple && isText(child(column, 'typeName'))
  })
}

function isText(typeName: Tree | undefined): boolean {
  const names = typeName === undefined ? [] : list(typeName, 'names')
  const last = names.at(-1)
  const name = last === undefined ? '' : text(unwrap(last).body, 'sval')
  return ['text', 'varchar'].includes(name)
}
