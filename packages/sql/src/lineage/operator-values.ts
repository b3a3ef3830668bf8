import { computingOperators, failingOfBits, failingOperators } from '../functions/effects'
import { callOperator, type Operand } from '../functions/operators'
import { runElementCode } from '../names/type-code'
import { list, nameParts, text, type Tree } from '../tree'
import { makesArray } from './call-arguments'
import { derive, type Value } from './value'
import { influence, type Work } from './work'

function isComparison(operator: readonly string[], kind: string): boolean {
  if (kind !== 'AEXPR_OP') return true
  return !computingOperators.has(operator.at(-1) ?? '')
}

/** BETWEEN is written as a name; it runs two operators. */
function operatorsOf(names: readonly string[], kind: string): readonly (readonly string[])[] {
  return kind.includes('BETWEEN') ? [['>='], ['<=']] : [names]
}

/** Ids of int8, int2, int4 and box in pg_type.dat: of these & | # never fail. */
const neverFailing: ReadonlySet<number | undefined> = new Set([20, 21, 23, 603])

function canFail(operator: string, operands: readonly Operand[]): boolean {
  if (failingOfBits.has(operator)) return !operands.every(({ typeId }) => neverFailing.has(typeId))
  return failingOperators.has(operator) && operands[0]?.value.isRowDocument !== true
}

/** What an operator makes of its sides, and what running it tells. */
export function operatorValue(body: Tree, operands: readonly Operand[], work: Work): Value {
  const operator = nameParts(list(body, 'name'))
  const kind = text(body, 'kind')
  const values = operands.map(({ value }) => value)
  if (operator.at(-1) === '||' && makesArray(body)) runElementCode(work, values)
  const called = operatorsOf(operator, kind).map((name) => callOperator(work, name, operands))
  const value = derive([...values, ...called])
  if (isComparison(operator, kind)) influence(work, value, 'predicate')
  else if (canFail(operator.at(-1) ?? '', operands)) influence(work, value, 'argument')
  else if (operator.at(-1) === '||' && value.isBentArray === true)
    influence(work, value, 'argument')
  return value
}
