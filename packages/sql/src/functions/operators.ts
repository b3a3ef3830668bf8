import type { Operator } from '../catalog'
import { columnReference, derive, type Value } from '../lineage/value'
import { unknownName, type Work } from '../lineage/work'
import { baseType, columnType, findOperators, type CatalogIndex } from '../names/catalog-index'
import { canStandFor } from '../names/casts'
import { child, list, nameParts, unwrap, type Tree } from '../tree'
import { builtInOperators } from './built-in-sets'
import { extensionOperators } from './effects'
import { runUnseen } from './routines'

export interface Operand {
  readonly value: Value
  /** Absent = not known. */
  readonly typeId?: number | undefined
}

export function operandOf(tree: Tree | undefined, value: Value, index: CatalogIndex): Operand {
  return { value, typeId: typeOf(tree, value, index) }
}

function typeOf(tree: Tree | undefined, value: Value, index: CatalogIndex): number | undefined {
  if (value.kind === 'direct') return sharedType(value, index)
  const { kind, body } = tree === undefined ? { kind: '', body: {} } : unwrap(tree)
  if (kind === 'A_Const') return constantType(body)
  return kind === 'TypeCast' ? namedType(child(body, 'typeName') ?? {}, index) : undefined
}

function sharedType({ sources }: Value, index: CatalogIndex): number | undefined {
  const types = new Set([...sources].map((key) => columnType(index, columnReference(key))))
  const [only] = types
  return types.size === 1 ? only : undefined
}

const int4 = 23
const numeric = 1700
const bool = 16

/** A string constant becomes whatever is needed. */
function constantType(body: Tree): number | undefined {
  if (body['ival'] !== undefined) return int4
  if (body['fval'] !== undefined) return numeric
  return body['boolval'] === undefined ? undefined : bool
}

function namedType(typeName: Tree, index: CatalogIndex): number | undefined {
  if (list(typeName, 'arrayBounds').length > 0) return undefined
  const types = index.typesByName.get(nameParts(list(typeName, 'names')).at(-1) ?? '') ?? []
  const [only] = types
  return types.length === 1 && only !== undefined ? baseType(index, only.id) : undefined
}

function fits(index: CatalogIndex, operand: Operand | undefined, declared: number): boolean {
  if (operand === undefined) return declared === 0
  const { typeId } = operand
  return declared !== 0 && (typeId === undefined || canStandFor(index, typeId, declared))
}

/** `operands` is left and right, or the right one alone before which the operator stands. */
function canBe(
  index: CatalogIndex,
  { leftId, rightId }: Operator,
  operands: readonly Operand[],
): boolean {
  const [left, right] = operands.length === 1 ? [undefined, operands[0]] : operands
  return fits(index, left, leftId) && fits(index, right, rightId)
}

/** What an operator does and what its result depends on. Every one that the name can mean counts. */
export function callOperator(
  work: Work,
  parts: readonly string[],
  operands: readonly Operand[],
): Value {
  const name = parts.at(-1) === '!=' ? '<>' : (parts.at(-1) ?? '')
  const schema = parts.length > 1 ? (parts.at(-2) ?? '') : ''
  const mayBeBuiltIn = schema === '' || schema === 'pg_catalog'
  const named = findOperators(work.index, work.searchPath, schema, name)
  const isBuiltIn = builtInOperators.has(name) || extensionOperators.has(name)
  if (named.length === 0 && !(mayBeBuiltIn && isBuiltIn))
    unknownName(work, parts.join('.'), `operator ${parts.join('.')} is not a built-in one`)
  const values = operands.map(({ value }) => value)
  const possible = named.filter((operator) => canBe(work.index, operator, operands))
  return derive(
    possible.map(({ routineId }) =>
      runUnseen(work, [routineId], `operator ${parts.join('.')}`, values),
    ),
  )
}
