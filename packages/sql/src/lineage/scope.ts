import { gather } from '../gather'
import type { NamedValue, Outputs, Value } from './value'
import { derive } from './value'

/** One item of FROM as names see it. */
export interface RangeEntry {
  readonly alias: string
  readonly schema?: string
  readonly columns: readonly NamedValue[]
  /** Set when there may be columns beside `columns`; the value stands for each of them. */
  readonly open?: Value
  /** Whether ctid, tableoid and the like exist. */
  readonly isTable: boolean
}

export interface Scope {
  readonly entries: readonly RangeEntry[]
  /** What `*` expands to; undefined when the number of columns is unknown. */
  readonly star: readonly NamedValue[] | undefined
  readonly parent?: Scope
  readonly ctes: ReadonlyMap<string, Outputs>
  /** Value of names that are found nowhere: the arguments of a SQL function's body. */
  readonly argument?: Value
}

export const emptyScope: Scope = { entries: [], star: [], ctes: new Map() }

const systemColumns = new Set(['ctid', 'tableoid', 'xmin', 'xmax', 'cmin', 'cmax'])

export function nested(parent: Scope, ctes: ReadonlyMap<string, Outputs> = new Map()): Scope {
  return { entries: [], star: [], parent, ctes }
}

export function withEntries(
  scope: Scope,
  entries: readonly RangeEntry[],
  star: readonly NamedValue[] | undefined,
): Scope {
  return { ...scope, entries, star }
}

export function findCte(scope: Scope | undefined, name: string): Outputs | undefined {
  for (let current = scope; current !== undefined; current = current.parent) {
    const found = current.ctes.get(name)
    if (found !== undefined) return found
  }
  return undefined
}

export function rowOf(entry: RangeEntry): Value {
  const all = derive([
    ...entry.columns.map((column) => column.value),
    ...(entry.open === undefined ? [] : [entry.open]),
  ])
  return entry.open === undefined ? { ...all, fields: entry.columns } : all
}

/** The column of one item; undefined when it has none of that name. */
export function columnOf(entry: RangeEntry, name: string): Value | undefined {
  const matches = entry.columns.filter((column) => column.name === name)
  const [first] = matches
  if (first !== undefined && matches.length === 1) return first.value
  if (matches.length > 1) return derive(matches.map((match) => match.value))
  if (entry.isTable && systemColumns.has(name)) return derive([])
  return entry.open
}

function levelColumn(scope: Scope, name: string): { value?: Value; certain: boolean } {
  const exact = gather(scope.entries, ({ columns }) => columns)
    .filter((column) => column.name === name)
    .map((column) => column.value)
  const [first] = exact
  if (first !== undefined) {
    return { value: exact.length === 1 ? first : derive(exact), certain: true }
  }
  if (scope.entries.some((entry) => entry.isTable) && systemColumns.has(name)) {
    return { value: derive([]), certain: true }
  }
  const open = scope.entries.flatMap((entry) => (entry.open === undefined ? [] : [entry.open]))
  return open.length === 0 ? { certain: false } : { value: derive(open), certain: false }
}

/** An unqualified column name; an item with unknown columns may hold it, so outer levels are merged in. */
export function findColumn(scope: Scope, name: string): Value | undefined {
  const level = levelColumn(scope, name)
  if (level.certain) return level.value
  const outer = scope.parent === undefined ? scope.argument : findColumn(scope.parent, name)
  const rows = scope.entries.filter((entry) => entry.alias === name).map(rowOf)
  const found = [level.value, ...rows, outer].filter((value) => value !== undefined)
  return found.length > 1 ? derive(found) : found[0]
}

/** The items that a table name or alias means, in the innermost scope that has any. */
export function findEntries(
  scope: Scope | undefined,
  alias: string,
  schema: string,
): readonly RangeEntry[] {
  for (let current = scope; current !== undefined; current = current.parent) {
    const found = current.entries.filter(
      (entry) => entry.alias === alias && (schema === '' || entry.schema === schema),
    )
    if (found.length > 0) return found
  }
  return []
}

export function argumentOf(scope: Scope | undefined): Value | undefined {
  for (let current = scope; current !== undefined; current = current.parent) {
    if (current.argument !== undefined) return current.argument
  }
  return undefined
}
