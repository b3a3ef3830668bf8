import type { CatalogManifest } from '@wardgate/contract'
import { type CatalogIndex, indexCatalog } from '@wardgate/sql'
import { type KnownPart, manifestFromWire } from './catalog-wire'

/** A catalog put together from its parts, which are kept so that the next one is made of those that are the same. */
export interface AssembledCatalog {
  readonly index: CatalogIndex
  readonly parts: ReadonlyMap<string, KnownPart>
}

/** Undefined = a part is missing. */
export function assemble(
  manifest: CatalogManifest,
  parts: ReadonlyMap<string, KnownPart>,
): AssembledCatalog | undefined {
  const found: KnownPart[] = []
  for (const { digest } of manifest.parts) {
    const part = parts.get(digest)
    if (part === undefined) return undefined
    found.push(part)
  }
  const index = indexCatalog({
    ...manifestFromWire(manifest),
    relations: found.flatMap(({ relations }) => relations),
    routines: found.flatMap(({ routines }) => routines),
    types: found.flatMap(({ types }) => types),
    operators: found.flatMap(({ operators }) => operators),
    casts: found.flatMap(({ casts }) => casts),
    eventTriggers: found.flatMap(({ eventTriggers }) => eventTriggers),
    publications: found.flatMap(({ publications }) => publications),
  })
  return { index, parts }
}
