import { compileGlob, type Glob } from './glob'

/** Kinds whose names are `schema.name`; a pattern without a schema would silently match nothing. */
const schemaQualifiedKinds = new Set([
  'table',
  'view',
  'materialized-view',
  'foreign-table',
  'sequence',
  'function',
  'procedure',
  'type',
])

/** Why a resource pattern cannot be what its author meant; undefined when it can. */
export function resourcePatternProblem(pattern: string): string | undefined {
  if (pattern === '*') return undefined
  const colon = pattern.indexOf(':')
  if (colon <= 0)
    return `begins with no kind: write table:${pattern} or the like, or * for everything`
  const kind = pattern.slice(0, colon)
  const name = pattern.slice(colon + 1)
  if (name === '') return 'has no name after the kind'
  if (!/^[a-z*?][a-z0-9*?-]*$/.test(kind))
    return `has a kind "${kind}" that is not lower-case letters`
  if (schemaQualifiedKinds.has(kind) && !/[.*]/.test(name))
    return `names no schema: write ${kind}:public.${name} or ${kind}:*.${name}`
  return undefined
}

export function compileResourcePattern(pattern: string): Glob {
  return compileGlob(pattern)
}
