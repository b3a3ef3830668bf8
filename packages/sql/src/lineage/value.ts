import type { ColumnReference } from '../analysis'
import { copyWith } from '../copy-with'

/** What a value can depend on. Columns are packed into one number so that sets of them are cheap. */
export interface Value {
  readonly sources: ReadonlySet<number>
  readonly kind: 'direct' | 'derived' | 'unknown'
  /** A column or a cast of one: no constant of the statement's author was mixed in. */
  readonly plain: boolean
  /** Fields of a row value, when they are known. */
  readonly fields?: readonly NamedValue[]
  /** Perhaps an array whose shape its author can bend: where shapes have to match, failing then answers a question. */
  readonly isBentArray?: true
  /** A piece cut out of one column, with nothing added. */
  readonly isPart?: true
  /** Of an aggregate: how many rows with a value each group shown has at least; 0 = not known. */
  readonly groupSize?: number
  /** How many short constants or columns it is as large as; absent = one. */
  readonly size?: number
  /** Its length tells more than the length of the column, such as whether a letter is in it. */
  readonly isBent?: true
  /** A document made of one row of plain columns: which keys it has, and that it is well formed, says nothing. */
  readonly isRowDocument?: true
  /** Which row of which item of FROM a column's value stands in: two with one mark stand in the same. */
  readonly row?: object
}

export interface NamedValue {
  readonly name: string
  readonly value: Value
}

/** The outputs of a query; without `columns` their number is unknown and `rest` stands for every one of them. */
export interface Outputs {
  readonly columns?: readonly NamedValue[]
  readonly rest: Value
}

/** PostgreSQL allows 1,600 columns a table; OIDs have 32 bits, so the pair fits a double exactly. */
const attributesPerRelation = 2048
const none: ReadonlySet<number> = new Set()

export const nothing: Value = { sources: none, kind: 'derived', plain: false }
export const unknownValue: Value = { sources: none, kind: 'unknown', plain: false }

export function columnKey(relation: number, attribute: number): number {
  return relation * attributesPerRelation + attribute
}

export function columnReference(key: number): ColumnReference {
  return {
    relation: Math.floor(key / attributesPerRelation),
    attribute: key % attributesPerRelation,
  }
}

export function columnValue(key: number): Value {
  return { sources: new Set([key]), kind: 'direct', plain: true }
}

/** A value computed from others. */
export function derive(values: readonly Value[]): Value {
  const used = values.filter((value) => value.sources.size > 0 || value.kind === 'unknown')
  const [first] = used
  const size = totalSize(values)
  if (first === undefined) return size === 1 ? nothing : { ...nothing, size }
  const kind = used.some((value) => value.kind === 'unknown') ? 'unknown' : 'derived'
  const isBentArray = used.some((value) => value.isBentArray === true)
  const isBent = used.some((value) => value.isBent === true)
  const bent = {
    ...(isBentArray && { isBentArray }),
    ...(isBent && { isBent }),
    ...(size !== 1 && { size }),
  }
  if (used.length === 1) return { sources: first.sources, kind, plain: false, ...bent }
  const sources = new Set<number>()
  for (const value of used) for (const source of value.sources) sources.add(source)
  return { sources, kind, plain: false, ...bent }
}

function totalSize(values: readonly Value[]): number {
  let size = 0
  for (const value of values) size += value.size ?? 1
  return Math.max(size, 1)
}

export function straight(value: Value): Value {
  if (value.isBentArray === undefined) return value
  const { isBentArray: _dropped, ...rest } = value
  return rest
}

/** One of several values that the same position can hold, such as the arms of a set operation. */
export function either(left: Value, right: Value): Value {
  if (left === right) return left
  const merged = derive([left, right])
  const plain = left.plain && right.plain
  const same = sameSources(left, right)
  const kind = same && left.kind === 'direct' && right.kind === 'direct' ? 'direct' : merged.kind
  return { ...merged, kind, plain }
}

export function sameSources(left: Value, right: Value): boolean {
  if (left.sources.size !== right.sources.size) return false
  for (const source of left.sources) if (!right.sources.has(source)) return false
  return true
}

export function allOf(outputs: Outputs): Value {
  return derive([outputs.rest, ...(outputs.columns ?? []).map((column) => column.value)])
}

export function known(columns: readonly NamedValue[]): Outputs {
  return { columns, rest: nothing }
}

/** The columns of one item of FROM: all of its table's, read or not. */
export function inOneRow(columns: readonly NamedValue[]): readonly NamedValue[] {
  const mark = { row: {} }
  return columns.map(({ name, value }) => ({ name, value: copyWith(value, mark) }))
}

/** A query that is read several times gives another row each time. */
export function inAnyRow(columns: readonly NamedValue[]): readonly NamedValue[] {
  return columns.map(({ name, value }) => ({ name, value: withoutRow(value) }))
}

function withoutRow(value: Value): Value {
  const { row: _row, fields, ...rest } = value
  return fields === undefined ? rest : { ...rest, fields: inAnyRow(fields) }
}
