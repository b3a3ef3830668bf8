import { child, flag, list, nameParts, nestedNodes, text, unwrap, type Tree } from '../tree'

interface Parts {
  /** One name for each table, view or sub-select; functions and LATERAL items depend on their neighbours. */
  readonly names: string[]
  readonly conditions: Tree[]
  /** Something joins by names or depends on its neighbours: then nothing is said. */
  isUnsure: boolean
}

function nameOf(body: Tree): string {
  const alias = child(body, 'alias')
  return alias === undefined ? text(body, 'relname') : text(alias, 'aliasname')
}

function collect(item: Tree, parts: Parts): void {
  const { kind, body } = unwrap(item)
  if (kind === 'RangeVar') parts.names.push(nameOf(body))
  else if (kind === 'RangeSubselect' && !flag(body, 'lateral')) parts.names.push(nameOf(body))
  else if (kind === 'JoinExpr') {
    const condition = child(body, 'quals')
    if (condition !== undefined) parts.conditions.push(condition)
    if (list(body, 'usingClause').length > 0 || flag(body, 'isNatural')) parts.isUnsure = true
    for (const side of ['larg', 'rarg']) collect(child(body, side) ?? {}, parts)
  } else parts.isUnsure = true
}

function conjuncts(condition: Tree): readonly Tree[] {
  const { kind, body } = unwrap(condition)
  const isAnd = kind === 'BoolExpr' && text(body, 'boolop') === 'AND_EXPR'
  return isAnd ? list(body, 'args').flatMap(conjuncts) : [condition]
}

/** The table names that a condition mentions; undefined when a column without one could be of any table. */
function mentioned(condition: Tree): ReadonlySet<string> | undefined {
  const names = new Set<string>()
  const queue: Tree[] = [condition]
  for (let tree = queue.pop(); tree !== undefined; tree = queue.pop()) {
    const { kind, body } = unwrap(tree)
    if (kind === 'ColumnRef') {
      const parts = nameParts(list(body, 'fields'))
      const table = parts.at(-2)
      if (table === undefined) return undefined
      names.add(table)
    } else queue.push(...nestedNodes(body))
  }
  return names
}

/**
 * Whether FROM multiplies tables that no condition connects. Said only when it is certain: a condition on a column
 * without its table's name may connect anything.
 */
export function isCartesian(items: readonly Tree[], where: Tree | undefined): boolean {
  const parts: Parts = { names: [], conditions: [], isUnsure: false }
  for (const item of items) collect(item, parts)
  if (parts.isUnsure || parts.names.length < 2) return false
  const groups = new Map(parts.names.map((name) => [name, name]))
  for (const condition of [...parts.conditions, ...(where === undefined ? [] : [where])])
    for (const conjunct of conjuncts(condition)) {
      const names = mentioned(conjunct)
      if (names === undefined) return false
      const found = [...names].flatMap((name) => groups.get(name) ?? [])
      const [first] = found
      if (first === undefined) continue
      for (const [name, group] of groups) if (found.includes(group)) groups.set(name, first)
    }
  return new Set(groups.values()).size > 1
}
