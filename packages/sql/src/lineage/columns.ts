import { evaluateCall } from '../functions/calls'
import { knownEffect } from '../functions/effects'
import { findRoutines } from '../names/catalog-index'
import { argumentOf, columnOf, findColumn, findEntries, rowOf, type Scope } from './scope'
import { derive, unknownValue, type NamedValue, type Value } from './value'
import { opaque, unknownName, type Work } from './work'

/** `(x).f` is a field, or the function f(x) when there is no such field. */
export function fieldOf(work: Work, row: Value, name: string): Value {
  const fields = row.fields?.filter((field) => field.name === name) ?? []
  if (fields.length > 0) return mergeFields(fields)
  const isFunction =
    knownEffect(name) !== undefined ||
    findRoutines(work.index, work.searchPath, '', name).length > 0
  if (!isFunction) return derive([row])
  return derive([row, evaluateCall(work, { schema: '', name, values: [row], nodes: [] })])
}

function mergeFields(fields: readonly NamedValue[]): Value {
  const [only] = fields
  return fields.length === 1 && only !== undefined ? only.value : derive(fields.map((f) => f.value))
}

/** `t.f` where f is no column of t: PostgreSQL then calls the function f(t). */
function attributeCall(work: Work, name: string, row: Value, shown: string): Value {
  if (findRoutines(work.index, work.searchPath, '', name).length > 0) {
    return evaluateCall(work, { schema: '', name, values: [row], nodes: [] })
  }
  unknownName(work, shown, `unknown column ${shown} (not in the target's catalog)`)
  return unknownValue
}

function qualifiedColumn(parts: readonly string[], scope: Scope, work: Work): Value {
  const [first = '', second = '', third = ''] = parts
  const isLong = parts.length > 2
  const [schema, alias, column] = isLong ? [first, second, third] : ['', first, second]
  const entries = findEntries(scope, alias, schema)
  if (entries.length === 0) {
    const argument = argumentOf(scope)
    if (argument !== undefined) return argument
    opaque(work, `unknown table ${alias} in ${parts.join('.')}`)
    return unknownValue
  }
  const values = entries.map((entry) => {
    if (column === '*') return rowOf(entry)
    const found = columnOf(entry, column)
    return found ?? attributeCall(work, column, rowOf(entry), parts.join('.'))
  })
  const [only] = values
  return values.length === 1 && only !== undefined ? only : derive(values)
}

/** What a name of a column stands for, `*` and functions written as attributes included. */
export function evaluateColumn(parts: readonly string[], scope: Scope, work: Work): Value {
  const [name = ''] = parts
  if (parts.length > 1) return qualifiedColumn(parts, scope, work)
  if (name === '*') return derive(scope.entries.map(rowOf))
  const found = findColumn(scope, name)
  if (found !== undefined) return found
  unknownName(work, name, `unknown column ${name} (not in the target's catalog)`)
  return unknownValue
}
