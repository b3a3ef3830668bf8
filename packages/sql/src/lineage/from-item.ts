import { child, list, nameParts, text, type Tree } from '../tree'
import type { RangeEntry } from './scope'
import { allOf, derive, type NamedValue, type Outputs } from './value'

export interface FromItem {
  readonly entries: readonly RangeEntry[]
  readonly star: readonly NamedValue[] | undefined
}

export const nowhere: FromItem = { entries: [], star: [] }

export function aliasOf(body: Tree): { name: string; columns: readonly string[] } | undefined {
  const alias = child(body, 'alias')
  if (alias === undefined) return undefined
  return { name: text(alias, 'aliasname'), columns: nameParts(list(alias, 'colnames')) }
}

function rename(columns: readonly NamedValue[], names: readonly string[]): NamedValue[] {
  return columns.map((column, position) => ({ ...column, name: names[position] ?? column.name }))
}

export function applyAlias(entry: RangeEntry, body: Tree): RangeEntry {
  const alias = aliasOf(body)
  if (alias === undefined) return entry
  const { schema: _hidden, ...rest } = entry
  const { open } = entry
  if (open === undefined) {
    return { ...rest, alias: alias.name, columns: rename(entry.columns, alias.columns) }
  }
  const named = alias.columns.map((name) => ({
    name,
    value: derive([open, ...entry.columns.map((column) => column.value)]),
  }))
  return { ...rest, alias: alias.name, columns: [...named, ...entry.columns] }
}

export function itemOf(entry: RangeEntry): FromItem {
  return { entries: [entry], star: entry.open === undefined ? entry.columns : undefined }
}

export function entryOfOutputs(alias: string, outputs: Outputs): RangeEntry {
  const { columns } = outputs
  if (columns !== undefined) return { alias, columns, isTable: false }
  return { alias, columns: [], open: allOf(outputs), isTable: false }
}
