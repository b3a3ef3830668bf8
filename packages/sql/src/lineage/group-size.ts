import { findRelations } from '../names/catalog-index'
import { child, flag, integerConstant, list, nameParts, nestedNodes, text, unwrap } from '../tree'
import type { Tree } from '../tree'
import { evaluate } from './expression'
import { findCte, type Scope } from './scope'
import type { NamedValue, Outputs } from './value'
import { influence, type Work } from './work'

/** Aggregates that blend all values of a group; min, max and collecting ones show single values. */
const blending = new Set(
  'count sum avg stddev stddev_pop stddev_samp variance var_pop var_samp'.split(' '),
)
const tables = new Set(['table', 'partitioned-table'])

/**
 * How many rows every group has at least that shows an aggregate of a column. Known only of the plainest form, in which
 * nothing can count one row twice or leave rows of a group out: one table, aggregates of its columns as they are, and
 * `HAVING count(column) >= N`.
 */
export interface GroupSizes {
  /** By the aggregated column's name. */
  readonly sizes: ReadonlyMap<string, number>
  /** The conditions of HAVING that say so. */
  readonly conditions: ReadonlySet<Tree>
}

interface GroupCondition {
  readonly column: string
  readonly size: number
}

export function groupSizes(body: Tree, scope: Scope, work: Work): GroupSizes | undefined {
  const having = child(body, 'havingClause')
  if (having === undefined || !readsOneTable(body, scope, work) || holdsQuery(body))
    return undefined
  const sizes = new Map<string, number>()
  const conditions = new Set<Tree>()
  for (const condition of conjuncts(having)) {
    const found = groupCondition(condition, work)
    if (found === undefined) continue
    conditions.add(condition)
    sizes.set(found.column, Math.max(found.size, sizes.get(found.column) ?? 0))
  }
  if (conditions.size === 0) return undefined
  // The number is what decides: another one is another statement.
  work.facts.literalsMatter = true
  return { sizes, conditions }
}

/** The outputs with what is known of their groups. */
export function withGroupSizes(
  targets: readonly Tree[],
  outputs: Outputs,
  groups: GroupSizes | undefined,
  work: Work,
): Outputs {
  if (outputs.columns?.length !== targets.length) return outputs
  const columns = outputs.columns.map((column, position): NamedValue => {
    const name = aggregatedColumn(child(unwrap(targets[position] ?? {}).body, 'val'), work)
    if (name === undefined || column.value.kind !== 'derived') return column
    return { ...column, value: { ...column.value, groupSize: groups?.sizes.get(name) ?? 0 } }
  })
  return { ...outputs, columns }
}

/** HAVING's conditions on the size of groups decide nothing by a value that smaller groups would. */
export function noteGroupConditions(
  { conditions, sizes }: GroupSizes,
  scope: Scope,
  work: Work,
): void {
  for (const condition of conditions) {
    const call = child(unwrap(condition).body, 'lexpr')
    const column = aggregatedColumn(call, work)
    if (call === undefined || column === undefined) continue
    const value = evaluate(call, scope, work)
    influence(work, { ...value, groupSize: sizes.get(column) ?? 0 }, 'predicate')
  }
}

export function conjuncts(tree: Tree): readonly Tree[] {
  const { kind, body } = unwrap(tree)
  if (kind !== 'BoolExpr' || text(body, 'boolop') !== 'AND_EXPR') return [tree]
  return list(body, 'args').flatMap(conjuncts)
}

function readsOneTable(body: Tree, scope: Scope, work: Work): boolean {
  const [item, ...others] = list(body, 'fromClause')
  if (item === undefined || others.length > 0 || child(body, 'withClause') !== undefined)
    return false
  const { kind, body: table } = unwrap(item)
  if (kind !== 'RangeVar') return false
  const [schema, name] = [text(table, 'schemaname'), text(table, 'relname')]
  if (schema === '' && findCte(scope, name) !== undefined) return false
  const found = findRelations(work.index, work.searchPath, schema, name)
  return found.length > 0 && found.every((relation) => tables.has(relation.kind))
}

/** A query within, or a window, sees more than the group. */
function holdsQuery(body: Tree): boolean {
  return list(body, 'windowClause').length > 0 || nestedNodes(body).some(isOrHoldsQuery)
}

function isOrHoldsQuery(tree: Tree): boolean {
  const { kind, body } = unwrap(tree)
  return (
    kind === 'SubLink' ||
    child(body, 'over') !== undefined ||
    nestedNodes(body).some(isOrHoldsQuery)
  )
}

/** `count(column) >= N` or `> N`. */
function groupCondition(tree: Tree, work: Work): GroupCondition | undefined {
  const { kind, body } = unwrap(tree)
  const [operator, ...more] = nameParts(list(body, 'name'))
  const isPlain = kind === 'A_Expr' && text(body, 'kind') === 'AEXPR_OP' && more.length === 0
  const call = child(body, 'lexpr')
  const limit = child(body, 'rexpr')
  const bound = limit === undefined ? undefined : integerConstant(limit)
  if (!isPlain || call === undefined || bound === undefined) return undefined
  const column = aggregatedColumn(call, work)
  const name = nameParts(list(unwrap(call).body, 'funcname')).at(-1)
  if (column === undefined || name !== 'count' || hasOwnOperator(work)) return undefined
  if (operator === '>=') return { column, size: bound }
  return operator === '>' ? { column, size: bound + 1 } : undefined
}

/** The column that a blending aggregate is of, by its name; undefined for anything else. */
function aggregatedColumn(tree: Tree | undefined, work: Work): string | undefined {
  const { kind, body } = unwrap(tree ?? {})
  if (kind !== 'FuncCall') return undefined
  const parts = nameParts(list(body, 'funcname'))
  const name = parts.at(-1) ?? ''
  const isOfTarget = parts.length === 1 || (parts.length === 2 && parts[0] === 'pg_catalog')
  if (!isOfTarget || !blending.has(name) || isOverloaded(name, work)) return undefined
  const bends = ['agg_filter', 'over'].some((key) => child(body, key) !== undefined)
  const isBent = bends || list(body, 'agg_order').length > 0 || flag(body, 'agg_distinct')
  const [argument, ...others] = list(body, 'args')
  if (isBent || flag(body, 'func_variadic') || argument === undefined || others.length > 0)
    return undefined
  const column = unwrap(argument)
  const names = column.kind === 'ColumnRef' ? nameParts(list(column.body, 'fields')) : []
  const last = names.at(-1)
  return last === '*' ? undefined : last
}

/** A function of the target's own with that name may be another one. */
function isOverloaded(name: string, { index }: Work): boolean {
  return (index.routinesByName.get(name) ?? []).some(({ schema }) => schema !== 'pg_catalog')
}

/** An operator of the target's own could take the place of >=, if a schema stands before pg_catalog. */
function hasOwnOperator({ searchPath }: Work): boolean {
  return searchPath?.[0] !== 'pg_catalog'
}
