import { commandPatternProblem, compileCommandPattern } from './command-pattern'
import { compileGlob } from './glob'

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
  return kind === 'command' ? commandPatternProblem(name) : undefined
}

export interface ResourcePattern {
  /** Exactly, and for commands argument by argument. */
  grants(resource: string): boolean
  /** Whatever its letter case; what is not known (`*` in the resource) may be anything. */
  restricts(resource: string): boolean
}

export function compileResourcePattern(pattern: string): ResourcePattern {
  const glob = compileGlob(pattern)
  const command = commandOf(pattern)
  return {
    grants: (resource) =>
      resource.startsWith(commandKind) && command !== undefined
        ? command.matches(resource.slice(commandKind.length))
        : glob.matches(resource, 'exact'),
    restricts: (resource) =>
      resource.includes('*') ? glob.meets(resource) : glob.matches(resource, 'ignored'),
  }
}

const commandKind = 'command:'

/** The part about commands; undefined when the pattern is about everything or about other kinds. */
function commandOf(pattern: string) {
  const colon = pattern.indexOf(':')
  if (colon < 0 || !compileGlob(pattern.slice(0, colon)).matches('command')) return undefined
  return compileCommandPattern(pattern.slice(colon + 1))
}
