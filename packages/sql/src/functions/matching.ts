import type { Routine } from '../catalog'
import { canStandFor } from '../names/casts'
import type { CatalogIndex } from '../names/catalog-index'
import { unwrap } from '../tree'
import { operandOf } from './operators'
import type { Call } from './routines'

/** Whether the target can choose this routine for a call with these arguments. Unsure = yes. */
export function canBeCalled(index: CatalogIndex, routine: Routine, call: Call): boolean {
  const { argumentTypes = [], argumentCount } = routine
  // An older agent has not read them.
  if (argumentTypes.length !== argumentCount) return true
  return takesCount(routine, call.values.length) && takesTypes(index, routine, call)
}

function takesCount(routine: Routine, count: number): boolean {
  const { argumentCount, defaultCount = 0, variadic = false } = routine
  const least = argumentCount - defaultCount - (variadic ? 1 : 0)
  return count >= least && (variadic || count <= argumentCount)
}

function takesTypes(index: CatalogIndex, routine: Routine, call: Call): boolean {
  return call.nodes.every((node, position) => {
    const value = call.values[position]
    if (value === undefined || unwrap(node).kind === 'NamedArgExpr') return true
    const { typeId } = operandOf(node, value, index)
    return (
      typeId === undefined || canStandFor(index, typeId, declaredAt(index, routine, call, position))
    )
  })
}

/** Unless an array is given with VARIADIC, its elements are. */
function declaredAt(
  { types }: CatalogIndex,
  { argumentTypes = [], variadic = false }: Routine,
  { isSpread = false }: Call,
  position: number,
): number {
  const last = argumentTypes.length - 1
  const declared = argumentTypes[Math.min(position, last)] ?? 0
  if (!variadic || isSpread || position < last) return declared
  return types.get(declared)?.elementId || declared
}
