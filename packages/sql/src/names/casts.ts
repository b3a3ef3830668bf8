import { baseType, type CatalogIndex } from './catalog-index'
import { isOwn, isSameKind } from './type-kinds'

/** Whether a value of a type can stand where another is declared: by kind, or by an implicit cast. Unsure = yes. */
export function canStandFor(index: CatalogIndex, given: number, declared: number): boolean {
  const base = baseType(index, declared)
  if (isSameKind(given, base)) return true
  return (
    isOwn(given) &&
    (index.catalog.casts ?? []).some(
      ({ inExpressions, sourceId, targetId }) =>
        inExpressions && targetId === base && isSameKind(given, sourceId),
    )
  )
}
