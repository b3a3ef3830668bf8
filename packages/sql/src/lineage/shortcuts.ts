import { neverFails } from '../functions/total-functions'
import { child, list, nameParts, nestedNodes, text, unwrap, type Tree } from '../tree'
import { isTextType } from './total-casts'
import type { Value } from './value'
import { influence, type Work } from './work'

/**
 * What the target evaluates only where something before it has not decided yet: the later arguments of COALESCE, AND and
 * OR, the subscript of an array that is NULL, the default of lag(). Whether it fails, or uses up a random number, tells
 * how the part before it decided, which no mask hides.
 */
export interface Part {
  readonly tree: Tree
  readonly value: Value
}

/** The value of a column by its reference, as the statement sees it. */
export type ReadColumn = (reference: Tree) => Value

/** Each of these decides whether those behind it are evaluated. */
export function noteShortcuts(parts: readonly Part[], read: ReadColumn, work: Work): void {
  const lastLoud = parts.findLastIndex(({ tree }) => !isQuiet(tree, read, work))
  for (const { value } of parts.slice(0, Math.max(lastLoud, 0))) influence(work, value, 'argument')
}

/** `deciding` decides whether `behind` is evaluated. */
export function noteShortcut(
  deciding: Value,
  behind: readonly Tree[],
  read: ReadColumn,
  work: Work,
): void {
  if (behind.some((tree) => !isQuiet(tree, read, work))) influence(work, deciding, 'argument')
}

const leaves: ReadonlySet<string> = new Set([
  'A_Const',
  'Boolean',
  'Integer',
  'ParamRef',
  'SQLValueFunction',
  'String',
])

/** Nodes that cannot fail where their parts do not. */
const quietNodes: ReadonlySet<string> = new Set([
  'A_Indices',
  'BoolExpr',
  'BooleanTest',
  'CaseExpr',
  'CaseWhen',
  'CoalesceExpr',
  'CollateClause',
  'List',
  'MinMaxExpr',
  'NullTest',
])

const quietOperators: ReadonlySet<string> = new Set('= <> < > <= >= -> ->> #> #>>'.split(' '))

/** Whether it fails, or has an effect, for no value: then nobody sees whether it was evaluated. */
function isQuiet(tree: Tree, read: ReadColumn, work: Work): boolean {
  const { kind, body } = unwrap(tree)
  if (leaves.has(kind)) return true
  // A column of a subquery may stand for any expression, which the target moves to where it is used.
  if (kind === 'ColumnRef') return read(tree).kind === 'direct'
  const parts = (): boolean => nestedNodes(body).every((part) => isQuiet(part, read, work))
  if (quietNodes.has(kind)) return parts()
  if (kind === 'TypeCast') return isQuietCast(body) && parts()
  if (kind === 'A_Expr') return isQuietOperator(body) && parts()
  return kind === 'FuncCall' && isQuietCall(body, work) && parts()
}

/** Constants are cast before anything runs. */
function isQuietCast(body: Tree): boolean {
  const argument = unwrap(child(body, 'arg') ?? {})
  return argument.kind === 'A_Const' || isTextType(child(body, 'typeName') ?? {})
}

function isQuietOperator(body: Tree): boolean {
  if (text(body, 'kind') !== 'AEXPR_OP') return false
  const [operator = '', ...more] = nameParts(list(body, 'name'))
  if (more.length > 0) return false
  return quietOperators.has(operator) || (operator === '||' && joinsText(body))
}

/** With a text constant in it `||` joins texts; of documents and arrays it can fail. */
function joinsText(body: Tree): boolean {
  return ['lexpr', 'rexpr'].some((side) => {
    const { kind, body: inner } = unwrap(child(body, side) ?? {})
    if (kind === 'A_Const') return child(inner, 'sval') !== undefined
    const isJoin = kind === 'A_Expr' && nameParts(list(inner, 'name')).join() === '||'
    return isJoin && joinsText(inner)
  })
}

function isQuietCall(body: Tree, { index }: Work): boolean {
  const names = nameParts(list(body, 'funcname'))
  const name = names.at(-1) ?? ''
  const isOverloaded = (index.routinesByName.get(name) ?? []).some(
    ({ schema }) => schema !== 'pg_catalog',
  )
  return !isOverloaded && (name === 'now' || neverFails(name))
}
