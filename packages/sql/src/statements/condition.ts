import type { Work } from '../lineage/work'
import {
  child,
  list,
  nameParts,
  nestedNodes,
  stringConstant,
  text,
  unwrap,
  type Tree,
} from '../tree'

function mentionsColumn(tree: Tree): boolean {
  const { kind, body } = unwrap(tree)
  if (kind === 'ColumnRef' || kind === 'SubLink' || kind === 'CurrentOfExpr') return true
  return nestedNodes(body).some(mentionsColumn)
}

function columnName(tree: Tree | undefined): string {
  const node = tree === undefined ? undefined : unwrap(tree)
  return node?.kind === 'ColumnRef' ? nameParts(list(node.body, 'fields')).join('.') : ''
}

function comparesWithItself(body: Tree): boolean {
  const left = columnName(child(body, 'lexpr'))
  const operator = nameParts(list(body, 'name')).at(-1) ?? ''
  return (
    left !== '' && left === columnName(child(body, 'rexpr')) && ['=', '<=', '>='].includes(operator)
  )
}

function matchesAnything(body: Tree, work: Work): boolean {
  if (!text(body, 'kind').endsWith('LIKE')) return false
  work.facts.literalsMatter = true
  return /^%+$/.test(stringConstant(child(body, 'rexpr')) ?? '')
}

/** Whether a condition restricts nothing: it names no column, or is true for every row whatever the data. */
export function isUnbounded(tree: Tree, work: Work): boolean {
  const { kind, body } = unwrap(tree)
  if (kind === 'BoolExpr') {
    const args = list(body, 'args')
    if (text(body, 'boolop') === 'OR_EXPR') return args.some((arg) => isUnbounded(arg, work))
    if (text(body, 'boolop') === 'AND_EXPR') return args.every((arg) => isUnbounded(arg, work))
  }
  if (kind === 'A_Expr' && (comparesWithItself(body) || matchesAnything(body, work))) return true
  return !mentionsColumn(tree)
}

/** DELETE and UPDATE without a condition, or with one that every row meets. */
export function noteCondition(body: Tree, statement: 'update' | 'delete', work: Work): void {
  const condition = child(body, 'whereClause')
  if (condition === undefined) {
    work.facts.riskMarks.add(`${statement}-without-where`)
    return
  }
  work.facts.riskMarks.add('has-where')
  if (isUnbounded(condition, work)) work.facts.riskMarks.add('always-true-where')
}
