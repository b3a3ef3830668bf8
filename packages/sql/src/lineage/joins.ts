import { callOperator, operandOf } from '../functions/operators'
import { child, flag, list, nameParts, text, type Tree } from '../tree'
import { decide } from './expression'
import { aliasOf, applyAlias, itemOf, type FromItem } from './from-item'
import { nested, rowOf, withEntries, type RangeEntry, type Scope } from './scope'
import { derive, either, unknownValue, type NamedValue, type Value } from './value'
import { influence, opaque, type Work } from './work'

export interface Sides {
  readonly left: FromItem
  readonly right: FromItem
}

/** Notes what the join compares, and tells what stands in its place. */
export function joined(body: Tree, { left, right }: Sides, scope: Scope, work: Work): FromItem {
  const isNatural = flag(body, 'isNatural')
  const using = isNatural ? sharedNames(left, right) : nameParts(list(body, 'usingClause'))
  const star = merged(left, right, using)
  const inner = withEntries(nested(scope), [...left.entries, ...right.entries], star)
  for (const side of [left, right]) {
    for (const column of side.star ?? []) {
      if (using.includes(column.name)) noteJoined(column.value, work)
    }
    if (using.length > 0 && side.star === undefined) influenceOpen(side, work)
  }
  if (isNatural && star === undefined) opaque(work, 'NATURAL JOIN over columns that are not known')
  decide(child(body, 'quals'), 'join', inner, work)
  return aliasJoin(body, { left, right }, star)
}

function merged(
  left: FromItem,
  right: FromItem,
  names: readonly string[],
): readonly NamedValue[] | undefined {
  if (left.star === undefined || right.star === undefined) return undefined
  const used = names.map((name) => {
    const sides = [left.star, right.star].map(
      (side) => side?.find((column) => column.name === name)?.value,
    )
    const [a = unknownValue, b = unknownValue] = sides
    return { name, value: either(a, b) }
  })
  const rest = (side: readonly NamedValue[]): NamedValue[] =>
    side.filter((column) => !names.includes(column.name))
  return [...used, ...rest(left.star), ...rest(right.star)]
}

function sharedNames(left: FromItem, right: FromItem): string[] {
  const names = new Set((right.star ?? []).map((column) => column.name))
  return (left.star ?? []).map((column) => column.name).filter((name) => names.has(name))
}

function noteJoined(value: Value, work: Work): void {
  const operand = operandOf(undefined, value, work.index)
  influence(work, value, 'join')
  influence(work, callOperator(work, ['='], [operand, operand]), 'join')
}

function influenceOpen(side: FromItem, work: Work): void {
  for (const entry of side.entries) influence(work, rowOf(entry), 'join')
}

function aliasJoin(body: Tree, { left, right }: Sides, star: FromItem['star']): FromItem {
  const entries = [...left.entries, ...right.entries]
  const alias = aliasOf(body)
  const using = child(body, 'join_using_alias')
  if (alias !== undefined) {
    const all = derive(entries.map(rowOf))
    const entry: RangeEntry =
      star === undefined
        ? { alias: '', columns: [], open: all, isTable: false }
        : { alias: '', columns: star, isTable: false }
    return itemOf(applyAlias(entry, body))
  }
  if (using === undefined) return { entries, star }
  const name = text(using, 'aliasname')
  return { entries: [...entries, { alias: name, columns: star ?? [], isTable: false }], star }
}
