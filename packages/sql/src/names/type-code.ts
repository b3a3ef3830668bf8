import type { Cast, DataType } from '../catalog'
import { runUnseen } from '../functions/routines'
import { columnReference, nothing, type Value } from '../lineage/value'
import { opaque, unknownName, type Work } from '../lineage/work'
import { columnAt, type CatalogIndex } from './catalog-index'
import { isOwn, isSameKind } from './type-kinds'

/** What the target runs for values of a type, and of the types that it is made of. */
interface TypeCode {
  readonly checks: Set<number>
  readonly comparisons: Set<number>
  /** Casts of values of the type to another, and of others to it. */
  readonly from: Set<Cast>
  readonly to: Set<Cast>
}

const cacheKey = 'type code'

/** Types that make functions run, by id; most databases have none. */
function codeOfTypes(index: CatalogIndex): ReadonlyMap<number, TypeCode> {
  const known = index.cache.get(cacheKey) as ReadonlyMap<number, TypeCode> | undefined
  if (known !== undefined) return known
  const found = new Map<number, TypeCode>()
  for (const type of index.catalog.types) addOwn(found, type)
  for (const cast of index.catalog.casts ?? []) {
    if (cast.routineId === 0) continue
    codeOf(found, cast.targetId).to.add(cast)
    // A value of the server's own type becomes one of a user's only where such a type is stored or named.
    const isBetweenOwn = isOwn(cast.sourceId) === isOwn(cast.targetId)
    if (isBetweenOwn || !isOwn(cast.sourceId)) codeOf(found, cast.sourceId).from.add(cast)
  }
  if (found.size > 0) while (spread(index, found)) continue
  index.cache.set(cacheKey, found)
  return found
}

function codeOf(all: Map<number, TypeCode>, id: number): TypeCode {
  const known = all.get(id)
  if (known !== undefined) return known
  const added: TypeCode = {
    checks: new Set(),
    comparisons: new Set(),
    from: new Set(),
    to: new Set(),
  }
  all.set(id, added)
  return added
}

function addOwn(all: Map<number, TypeCode>, { id, checks = [], comparisons = [] }: DataType): void {
  if (checks.length + comparisons.length === 0) return
  const code = codeOf(all, id)
  for (const check of checks) code.checks.add(check)
  for (const comparison of comparisons) code.comparisons.add(comparison)
}

/** Arrays, domains and composites run what their elements, bases and fields do. True when that changed anything. */
function spread(index: CatalogIndex, all: Map<number, TypeCode>): boolean {
  let changed = false
  for (const type of index.catalog.types) {
    for (const part of partsOf(index, type)) {
      const inner = all.get(part)
      if (inner !== undefined) changed = merge(codeOf(all, type.id), inner) || changed
    }
  }
  return changed
}

/** The types that it is made of: elements, base and fields; 0 where there is none. */
export function partsOf(
  { relations }: CatalogIndex,
  { elementId, baseId, relationId }: DataType,
): number[] {
  const fields = relationId === 0 ? [] : (relations.get(relationId)?.columns ?? [])
  return [elementId, baseId, ...fields.map(({ typeId }) => typeId)]
}

function merge(outer: TypeCode, inner: TypeCode): boolean {
  const before = sizeOf(outer)
  for (const id of inner.checks) outer.checks.add(id)
  for (const id of inner.comparisons) outer.comparisons.add(id)
  for (const cast of inner.from) outer.from.add(cast)
  for (const cast of inner.to) outer.to.add(cast)
  return sizeOf(outer) > before
}

function sizeOf({ checks, comparisons, from, to }: TypeCode): number {
  return checks.size + comparisons.size + from.size + to.size
}

/** Columns that are read, or that get values. */
export type ColumnUse = 'use' | 'store'

/** What the values of these columns run. */
export function runColumnCode(
  work: Work,
  columns: readonly { readonly typeId: number }[],
  use: ColumnUse,
): void {
  const all = codeOfTypes(work.index)
  if (all.size === 0) return
  for (const { typeId } of columns) {
    const code = all.get(typeId)
    if (code === undefined) continue
    runUnseen(work, [...code.comparisons], 'a comparison')
    if (use === 'store') runUnseen(work, [...code.checks], 'the check of a domain')
    const casts = [...(use === 'use' ? code.from : code.to)]
    const value = runCasts(
      work,
      // Where there is a value of a user's type its column has been used, and its casts were noted then.
      casts.filter((cast) => cast.isImplicit && (use === 'use' || !leavesUsers(cast))),
    )
    // It happens where the statement shows nothing, so what comes of it cannot be told from other values.
    if (value.kind === 'unknown') opaque(work, 'a cast runs a function that cannot be followed')
  }
}

/** From a type of users to one of the server's own. */
function leavesUsers({ sourceId, targetId }: Cast): boolean {
  return isOwn(targetId) && !isOwn(sourceId)
}

/** What a cast to a type runs; `sourceId` = the type that is cast, when it is known. The result is the casts'. */
export function runCastCode(work: Work, targetId: number, sourceId: number | undefined): Value {
  const code = codeOfTypes(work.index).get(targetId)
  if (code === undefined) return nothing
  runUnseen(work, [...code.comparisons], 'a comparison')
  runUnseen(work, [...code.checks], 'the check of a domain')
  const asked = [...code.to].filter((cast) => mayCast(work, cast, sourceId))
  // The value has a user's type from here on, which the target may cast further.
  const further = isOwn(targetId) ? [] : [...code.from].filter(({ isImplicit }) => isImplicit)
  return runCasts(work, [...asked, ...further])
}

function mayCast(work: Work, cast: Cast, sourceId: number | undefined): boolean {
  if (sourceId !== undefined)
    return isSameKind(sourceId, cast.sourceId) && !isAnother(work.index, sourceId, cast.sourceId)
  return !leavesUsers(cast) || isColumnUsed(work, cast)
}

/** A user's type that is known is cast by its own casts alone; one cast never follows another. */
function isAnother({ types }: CatalogIndex, given: number, declared: number): boolean {
  if (isOwn(given) || isOwn(declared) || given === declared) return false
  const type = types.get(given)
  return type !== undefined && type.elementId === 0 && type.baseId === 0
}

/** Whether a table that the statement reads has a column with values that this casts. */
function isColumnUsed({ index, lineage }: Work, cast: Cast): boolean {
  const all = codeOfTypes(index)
  return [...lineage.relations].some((id) =>
    index.relations.get(id)?.columns.some(({ typeId }) => all.get(typeId)?.from.has(cast)),
  )
}

/** A value of this type comes from the client, in the text or binary form that the target reads. */
export function runInputCode(work: Work, typeId: number): void {
  const isKnown = isOwn(typeId) || work.index.types.has(typeId)
  const reason = `a parameter is of type ${typeId}, which the stored catalog does not have`
  if (!isKnown) unknownName(work, `type ${typeId}`, reason)
  runCastCode(work, typeId, undefined)
}

/**
 * Functions and operators fill rows, composites and arrays with what a text or a document says, by the type of a value
 * that they are given: that checks the domains within, though no type is named.
 */
export function runFillingCode(work: Work, value: Value): void {
  const { fields } = value
  if (fields !== undefined) for (const field of fields) runChecks(work, field.value, 'any')
  else if (value.kind === 'direct') runChecks(work, value, 'container')
}

/** A constant becomes of the very type of what stands beside it, a domain included. */
export function runElementCode(work: Work, values: readonly Value[]): void {
  for (const value of values) runChecks(work, value, 'any')
}

/** A domain by itself mostly gives way to its base where a constant meets it; what contains one does not. */
function runChecks(work: Work, { sources }: Value, types: 'any' | 'container'): void {
  const all = codeOfTypes(work.index)
  if (all.size === 0) return
  for (const key of sources) {
    const typeId = columnAt(work.index, columnReference(key))?.typeId ?? 0
    const checks = all.get(typeId)?.checks ?? []
    if (types === 'any' || !isDomain(work.index, typeId))
      runUnseen(work, [...checks], 'the check of a domain')
  }
}

function isDomain({ types }: CatalogIndex, typeId: number): boolean {
  return (types.get(typeId)?.baseId ?? 0) !== 0
}

function runCasts(work: Work, casts: readonly Cast[]): Value {
  return runUnseen(
    work,
    casts.map(({ routineId }) => routineId),
    'a cast',
  )
}
