import { harmlessFunctions } from '../functions/built-in-functions'
import { setReturningFunctions } from '../functions/built-in-sets'
import { knownEffect } from '../functions/effects'
import { isSafeDocument } from '../functions/safe-documents'
import { findRoutines } from '../names/catalog-index'
import { child, list, nameParts, unwrap, type Tree } from '../tree'
import { noteShortcut, type ReadColumn } from './shortcuts'
import { textTypes } from './total-casts'
import type { Value } from './value'
import { influence, type Work } from './work'

/** Written out, from a query, or by a function: not a column and not a text. */
export function makesArray(body: Tree): boolean {
  return ['lexpr', 'rexpr'].some((side) => {
    const { kind, body: inner } = unwrap(child(body, side) ?? {})
    const name = kind === 'FuncCall' ? nameParts(list(inner, 'funcname')).at(-1) : undefined
    return kind === 'A_ArrayExpr' || kind === 'SubLink' || name?.startsWith('array_') === true
  })
}

/**
 * `f(t)` can be `t.f`, but only where no function of that name takes the row. The author of a statement can name a column
 * as a function is named, and not every function of the target is known here: so it shows the whole row.
 */
export function isFunctionalNotation(names: readonly string[], values: readonly Value[]): boolean {
  const [row] = values
  if (names.length !== 1 || values.length !== 1 || row?.fields === undefined) return false
  return row.fields.some((field) => field.name === names[0])
}

export function isCallable({ index, searchPath }: Work, name: string): boolean {
  // A row is never cast to one of these by its name: the column is meant.
  const isCast = textTypes.has(name)
  if ((harmlessFunctions.has(name) && !isCast) || knownEffect(name) !== undefined) return true
  const found = findRoutines(index, searchPath, '', name)
  return found.some(({ schema }) => schema !== 'pg_catalog')
}

/** Rows multiplied by a set-returning function count a value; only an array written out has a fixed length. */
export function decideRowCount(
  name: string,
  args: readonly Tree[],
  values: readonly Value[],
  work: Work,
): void {
  const returnsSet =
    setReturningFunctions.has(name) ||
    (work.index.routinesByName.get(name) ?? []).some((routine) => routine.returnsSet)
  if (!returnsSet) return
  const fixed = name === 'unnest' && args.every((arg) => unwrap(arg).kind === 'A_ArrayExpr')
  if (fixed) return
  const call = { name, values, nodes: args }
  for (const [position, value] of values.entries())
    if (!isSafeDocument(call, position)) influence(work, value, 'argument')
}

/** A constant among their arguments becomes an element of the array, or of the type of the others. */
export const mixing: ReadonlySet<string> = new Set(
  'array_append array_cat array_position array_positions array_prepend array_remove array_replace lag lead width_bucket'.split(
    ' ',
  ),
)

/** What is made of a row by these has another type. */
const documenting: ReadonlySet<string> = new Set(
  'array_agg count hstore json_agg jsonb_agg row_to_json to_json to_jsonb'.split(' '),
)

export function readsRows(names: readonly string[], nodes: readonly Tree[]): boolean {
  return nodes.length === 1 && documenting.has(names.at(-1) ?? '')
}

/** The default of lag() and lead() is evaluated where the row that the offset leads to does not exist. */
export function noteDefaultOfOffset(
  name: string,
  [, , whenMissing]: readonly Tree[],
  [, offset]: readonly Value[],
  read: ReadColumn,
  work: Work,
): void {
  if (offset === undefined || whenMissing === undefined) return
  if (name === 'lag' || name === 'lead') noteShortcut(offset, [whenMissing], read, work)
}
