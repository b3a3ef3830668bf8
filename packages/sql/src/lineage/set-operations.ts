import { child, flag, nestedNodes, text, unwrap, type Tree } from '../tree'
import {
  allOf,
  derive,
  either,
  known,
  nothing,
  sameSources,
  type Outputs,
  type Value,
} from './value'
import { influence, type Work } from './work'

/** `SELECT … WHERE false UNION …`: there is nothing to compare with. */
export function neverHasRows(body: Tree): boolean {
  if (text(body, 'op') !== 'SETOP_UNION') return false
  return ['larg', 'rarg'].some((side) => {
    const condition = child(child(body, side) ?? {}, 'whereClause')
    const value = child(unwrap(condition ?? {}).body, 'boolval')
    return value !== undefined && !flag(value, 'boolval') && noGroups(child(body, side) ?? {})
  })
}

/** Without rows an aggregate is still one row. */
function noGroups(arm: Tree): boolean {
  const { targetList, ...others } = arm
  const isPlain = ['groupClause', 'havingClause', 'valuesLists'].every((key) => !(key in others))
  const calls = nestedNodes({ targetList }).some(holdsCall)
  return isPlain && !calls
}

function holdsCall(tree: Tree): boolean {
  const { kind, body } = unwrap(tree)
  return kind === 'FuncCall' || kind.startsWith('Json') || nestedNodes(body).some(holdsCall)
}

export function combine(left: Outputs, right: Outputs): Outputs {
  if (left.columns === undefined || left.columns.length !== right.columns?.length) {
    return { rest: derive([allOf(left), allOf(right)]) }
  }
  const others = right.columns
  return known(
    left.columns.map((column, position) => ({
      name: column.name,
      value: either(column.value, others[position]?.value ?? nothing),
    })),
  )
}

/** Unchanged: of a part of it, such as a cast to varchar(1), rows can be compared letter by letter. */
function isColumn({ kind }: Value): boolean {
  return kind === 'direct'
}

/** `SELECT … WHERE false UNION …` compares the rows of one arm with each other, as DISTINCT does. */
export function noteOneArm(arm: Outputs, work: Work, shown: boolean): void {
  for (const { value } of arm.columns ?? [])
    if (!(shown && isColumn(value))) influence(work, value, 'distinct')
  if (arm.columns === undefined) influence(work, allOf(arm), 'distinct')
}

/**
 * Removing duplicates and INTERSECT/EXCEPT compare rows: with a constant on the other side the row count answers a
 * guess, and so it does with another column there. A shown UNION of one column with itself compares nothing that the
 * author chose.
 */
export function noteComparison(
  body: Tree,
  left: Outputs,
  right: Outputs,
  work: Work,
  shown: boolean,
): void {
  const isUnion = text(body, 'op') === 'SETOP_UNION'
  if (isUnion && flag(body, 'all')) return
  const pairs = left.columns ?? []
  pairs.forEach((column, position) => {
    const other = right.columns?.[position]?.value ?? nothing
    const isSame = isColumn(column.value) && isColumn(other) && sameSources(column.value, other)
    if (isUnion && shown && isSame) return
    if (isUnion && shown && column.value.sources.size + other.sources.size === 0) return
    influence(work, column.value, 'distinct')
    influence(work, other, 'distinct')
  })
  if (left.columns === undefined) influence(work, allOf(left), 'distinct')
  if (right.columns === undefined) influence(work, allOf(right), 'distinct')
}
