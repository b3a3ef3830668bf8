import { asArray, jsonKeys, spoilsXml } from '../functions/array-shapes'
import { evaluateCall } from '../functions/calls'
import { callOperator, operandOf, type Operand } from '../functions/operators'
import { asRowDocument } from '../functions/safe-documents'
import { choosesValues, writtenType } from '../names/choosing-types'
import { runElementCode, runFillingCode } from '../names/type-code'
import { noteType } from '../names/types'
import { child, list, nameParts, nestedNodes, text, unwrap, flag, type Tree } from '../tree'
import {
  decideRowCount,
  isCallable,
  isFunctionalNotation,
  mixing,
  noteDefaultOfOffset,
  readsRows,
} from './call-arguments'
import { castValue } from './cast-values'
import { evaluateColumn, fieldOf } from './columns'
import { computed, constants, failing } from './node-kinds'
import { operatorValue } from './operator-values'
import { argumentOf, type Scope } from './scope'
import { noteShortcut, noteShortcuts, type Part, type ReadColumn } from './shortcuts'
import { constant, grown, grownBy, isTooLarge, parameter } from './size'
import { asPart } from './total-casts'
import { allOf, derive, nothing, straight, unknownValue, type Value } from './value'
import { influence, opaque, visit, type Where, type Work } from './work'

export function evaluate(tree: Tree | undefined, scope: Scope, work: Work): Value {
  if (tree === undefined || !visit(work)) return nothing
  const { kind, body } = unwrap(tree)
  const value = grown(kind, body, evaluateNode(kind, body, scope, work))
  if (isTooLarge(value)) influence(work, value, 'argument')
  if (work.isMeasured) influence(work, value, 'plan')
  return value
}

function evaluateNode(kind: string, body: Tree, scope: Scope, work: Work): Value {
  if (kind === '') return nothing
  if (kind === 'ColumnRef') return evaluateReference(body, scope, work)
  if (kind === 'ParamRef') return argumentOf(scope) ?? parameter
  if (kind === 'A_Const') return constant(body)
  if (constants.has(kind)) return nothing
  const special = Object.hasOwn(evaluators, kind) ? evaluators[kind] : undefined
  if (special !== undefined) return special(body, scope, work)
  if (kind === 'TypeName') {
    noteType(work, body)
    return nothing
  }
  if (computed.has(kind)) {
    const value = evaluateInside(body, scope, work)
    const type = writtenType(body)
    const isChosen = type !== undefined && choosesValues(work.index, type)
    if (isChosen || spoilsXml(kind, body) || failing.has(kind)) influence(work, value, 'argument')
    for (const key of jsonKeys(body)) decide(key, 'argument', scope, work)
    if (kind === 'A_ArrayExpr' && value.isBentArray === true) influence(work, value, 'argument')
    return value
  }
  opaque(work, `expression node ${kind} is not known`)
  return unknownValue
}

/** Column by column or row by row as it is, for somebody who does not compute with it. */
export function evaluateBare(tree: Tree, scope: Scope, work: Work): Value {
  const { kind, body } = unwrap(tree)
  if (kind !== 'ColumnRef' || !visit(work)) return evaluate(tree, scope, work)
  const value = evaluateColumn(nameParts(list(body, 'fields')), scope, work)
  if (work.isMeasured) influence(work, value, 'plan')
  return value
}

function evaluateReference(body: Tree, scope: Scope, work: Work): Value {
  const value = evaluateColumn(nameParts(list(body, 'fields')), scope, work)
  runFillingCode(work, value)
  return value
}

export function evaluateAll(trees: readonly Tree[], scope: Scope, work: Work): Value[] {
  return trees.map((tree) => evaluate(tree, scope, work))
}

/** Evaluates and notes that the value decides something without being shown. */
export function decide(tree: Tree | undefined, where: Where, scope: Scope, work: Work): void {
  if (tree !== undefined) influence(work, evaluate(tree, scope, work), where)
}

export function evaluateInside(body: Tree, scope: Scope, work: Work): Value {
  const typeName = writtenType(body)
  if (typeName !== undefined) noteType(work, typeName)
  return derive(evaluateAll(nestedNodes(body), scope, work))
}

function sidesOf(body: Tree, scope: Scope, work: Work): Operand[] {
  const sides: Operand[] = []
  for (const side of [child(body, 'lexpr'), child(body, 'rexpr')])
    if (side !== undefined) sides.push(operandOf(side, evaluate(side, scope, work), work.index))
  return sides
}

function evaluateOperator(body: Tree, scope: Scope, work: Work): Value {
  return operatorValue(body, sidesOf(body, scope, work), work)
}

function evaluateSubLink(body: Tree, scope: Scope, work: Work): Value {
  const subselect = child(body, 'subselect')
  if (subselect === undefined) return nothing
  const outputs = work.query(subselect, scope, work)
  const kind = text(body, 'subLinkType')
  if (kind === 'EXISTS_SUBLINK') return nothing
  const operator = nameParts(list(body, 'operName'))
  const test = child(body, 'testexpr')
  if (test !== undefined) {
    const left = operandOf(test, evaluate(test, scope, work), work.index)
    const right = { value: allOf(outputs) }
    const called = callOperator(work, operator.length > 0 ? operator : ['='], [left, right])
    const value = derive([left.value, right.value, called])
    influence(work, value, 'predicate')
    return value
  }
  const [only] = outputs.columns ?? []
  if (kind === 'EXPR_SUBLINK' && only !== undefined && outputs.columns?.length === 1) {
    runFillingCode(work, only.value)
    return only.value
  }
  return allOf(outputs)
}

export function decideWindow(body: Tree, scope: Scope, work: Work): void {
  for (const part of list(body, 'partitionClause')) decide(part, 'window', scope, work)
  for (const sort of list(body, 'orderClause')) decide(sort, 'window', scope, work)
  decide(child(body, 'startOffset'), 'window', scope, work)
  decide(child(body, 'endOffset'), 'window', scope, work)
}

function evaluateFunction(body: Tree, scope: Scope, work: Work): Value {
  const names = nameParts(list(body, 'funcname'))
  const nodes = list(body, 'args')
  const evaluateArgument = readsRows(names, nodes) ? evaluateBare : evaluate
  const values = nodes.map((node) => evaluateArgument(node, scope, work))
  if (mixing.has(names.at(-1) ?? '')) runElementCode(work, values)
  const within = flag(body, 'agg_within_group')
  for (const sort of list(body, 'agg_order')) {
    if (within) values.push(evaluate(sort, scope, work))
    else decide(sort, 'order', scope, work)
  }
  decide(child(body, 'agg_filter'), 'predicate', scope, work)
  const over = child(body, 'over')
  if (over !== undefined) decideWindow(over, scope, work)
  const name = names.at(-1) ?? ''
  if (isFunctionalNotation(names, values) && !isCallable(work, name)) return derive(values)
  const schema = names.length > 1 ? (names.at(-2) ?? '') : ''
  decideRowCount(name, nodes, values, work)
  noteDefaultOfOffset(name, nodes, values, columnReader(scope, work), work)
  const call = { schema, name, values, nodes, isSpread: flag(body, 'func_variadic') }
  const result = evaluateCall(work, call)
  const shaped = asArray(name, asPart(name, values, asRowDocument(name, values, result)))
  return grownBy(call, shaped)
}

function columnReader(scope: Scope, work: Work): ReadColumn {
  return (reference) =>
    evaluateColumn(nameParts(list(unwrap(reference).body, 'fields')), scope, work)
}

function partsOf(body: Tree, scope: Scope, work: Work): Part[] {
  return list(body, 'args').map((tree) => ({ tree, value: evaluate(tree, scope, work) }))
}

/** That a column is NULL is no secret: where it stands alone its later arguments may be what they like. */
function evaluateCoalesce(body: Tree, scope: Scope, work: Work): Value {
  const parts = partsOf(body, scope, work)
  const deciding = parts.map(({ tree, value }) => ({ tree, value: value.plain ? nothing : value }))
  noteShortcuts(deciding, columnReader(scope, work), work)
  return derive(parts.map(({ value }) => value))
}

function evaluateBoolean(body: Tree, scope: Scope, work: Work): Value {
  const parts = partsOf(body, scope, work)
  noteShortcuts(parts, columnReader(scope, work), work)
  return derive(parts.map(({ value }) => value))
}

function evaluateCase(body: Tree, scope: Scope, work: Work): Value {
  const arg = child(body, 'arg')
  const values: Value[] = []
  if (arg !== undefined) {
    const tested = evaluate(arg, scope, work)
    influence(work, tested, 'predicate')
    const compared = [operandOf(arg, tested, work.index), { value: nothing }]
    values.push(tested, callOperator(work, ['='], compared))
  }
  for (const branch of list(body, 'args')) {
    const when = unwrap(branch).body
    const condition = evaluate(child(when, 'expr'), scope, work)
    influence(work, condition, 'predicate')
    values.push(condition, evaluate(child(when, 'result'), scope, work))
  }
  values.push(evaluate(child(body, 'defresult'), scope, work))
  return derive(values)
}

function evaluateIndirection(body: Tree, scope: Scope, work: Work): Value {
  let value = evaluateBare(child(body, 'arg') ?? {}, scope, work)
  for (const step of list(body, 'indirection')) {
    const { kind, body: inner } = unwrap(step)
    if (kind === 'String') value = fieldOf(work, value, text(inner, 'sval'))
    else if (kind === 'A_Star')
      value = { ...derive([value]), ...(value.fields && { fields: value.fields }) }
    else {
      if (!value.plain) noteShortcut(value, nestedNodes(inner), columnReader(scope, work), work)
      value = derive([value, evaluateInside(inner, scope, work)])
      if (kind === 'A_Indices' && !flag(inner, 'is_slice')) value = straight(value)
    }
  }
  return value
}

function evaluateCast(body: Tree, scope: Scope, work: Work): Value {
  return castValue(body, evaluate(child(body, 'arg'), scope, work), work)
}

function evaluateRow(body: Tree, scope: Scope, work: Work): Value {
  const fields = list(body, 'args').map((arg, position) => ({
    name: `f${position + 1}`,
    value: evaluate(arg, scope, work),
  }))
  return { ...derive(fields.map((field) => field.value)), fields }
}

function evaluateSort(body: Tree, scope: Scope, work: Work): Value {
  const operator = nameParts(list(body, 'useOp'))
  const value = evaluate(child(body, 'node'), scope, work)
  if (operator.length === 0) return value
  return derive([value, callOperator(work, operator, [{ value }, { value }])])
}

type Evaluator = (body: Tree, scope: Scope, work: Work) => Value

const evaluators: Readonly<Record<string, Evaluator>> = {
  A_Expr: evaluateOperator,
  A_Indirection: evaluateIndirection,
  BoolExpr: evaluateBoolean,
  CaseExpr: evaluateCase,
  CoalesceExpr: evaluateCoalesce,
  CollateClause: (body, scope, work) => derive([evaluate(child(body, 'arg'), scope, work)]),
  FuncCall: evaluateFunction,
  CurrentOfExpr: (body, _scope, work) => {
    work.facts.cursors.add(text(body, 'cursor_name'))
    return nothing
  },
  MultiAssignRef: (body, scope, work) => derive([evaluate(child(body, 'source'), scope, work)]),
  RowExpr: evaluateRow,
  SelectStmt: (body, scope, work) => allOf(work.query({ SelectStmt: body }, scope, work)),
  SortBy: evaluateSort,
  SubLink: evaluateSubLink,
  TypeCast: evaluateCast,
}
