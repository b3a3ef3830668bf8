import type { PolicyConnection, PolicyPrincipal } from './context'
import type { PrincipalSelector } from './document'
import { compileGlob, matchesAny, type Glob } from './glob'

/** The outcome of one matcher, with the words for `explain`. */
export interface MatchResult {
  readonly matched: boolean
  readonly why: string
}

export interface CompiledPrincipalSelector {
  readonly groups?: readonly Glob[]
  readonly roles?: readonly Glob[]
  readonly kinds?: readonly string[]
  readonly ids?: readonly Glob[]
  readonly claims?: readonly { readonly name: string; readonly values: readonly Glob[] }[]
}

export function compileGlobs(patterns: string | readonly string[]): readonly Glob[] {
  return (typeof patterns === 'string' ? [patterns] : patterns).map(compileGlob)
}

export function compilePrincipalSelector(selector: PrincipalSelector): CompiledPrincipalSelector {
  return {
    ...(selector.groups && { groups: compileGlobs(selector.groups) }),
    ...(selector.roles && { roles: compileGlobs(selector.roles) }),
    ...(selector.kinds && { kinds: selector.kinds }),
    ...(selector.ids && { ids: compileGlobs(selector.ids) }),
    ...(selector.claims && {
      claims: Object.entries(selector.claims).map(([name, values]) => ({
        name,
        values: compileGlobs(values),
      })),
    }),
  }
}

/** Why the principal is not selected; undefined when it is. */
export function principalMismatch(
  selector: CompiledPrincipalSelector,
  principal: PolicyPrincipal,
): string | undefined {
  const ids = [principal.id, `${principal.issuer}|${principal.subject}`]
  if (selector.ids && !ids.some((id) => matchesAny(selector.ids ?? [], id)))
    return 'the principal is another'
  if (selector.kinds && !selector.kinds.includes(principal.kind))
    return `the principal is a ${principal.kind}`
  if (selector.groups && !principal.groups.some((name) => matchesAny(selector.groups ?? [], name)))
    return `the principal is in none of the groups ${listed(selector.groups)}`
  if (selector.roles && !principal.roles.some((name) => matchesAny(selector.roles ?? [], name)))
    return `the principal holds none of the roles ${listed(selector.roles)}`
  for (const { name, values } of selector.claims ?? [])
    if (!claimTexts(principal.claims, name).some((text) => matchesAny(values, text)))
      return `the claim ${name} is not ${listed(values)}`
  return undefined
}

function claimTexts(claims: Readonly<Record<string, unknown>>, name: string): readonly string[] {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined
  return (Array.isArray(value) ? (value as unknown[]) : [value]).flatMap((item) =>
    typeof item === 'string' || typeof item === 'number' || typeof item === 'boolean'
      ? [String(item)]
      : [],
  )
}

export interface CompiledConnectionSelector {
  readonly connections?: readonly Glob[]
  readonly protocols?: readonly Glob[]
  readonly labels: readonly { readonly name: string; readonly values: readonly Glob[] }[]
}

export function compileConnectionSelector(selector: {
  readonly connections?: readonly string[] | undefined
  readonly protocols?: readonly string[] | undefined
  readonly environments?: readonly string[] | undefined
  readonly labels?: Readonly<Record<string, string | readonly string[]>> | undefined
}): CompiledConnectionSelector {
  const labels = Object.entries(selector.labels ?? {})
  if (selector.environments) labels.push(['environment', selector.environments])
  return {
    ...(selector.connections && { connections: compileGlobs(selector.connections) }),
    ...(selector.protocols && { protocols: compileGlobs(selector.protocols) }),
    labels: labels.map(([name, values]) => ({ name, values: compileGlobs(values) })),
  }
}

/** Why the connection is not selected; undefined when it is. */
export function connectionMismatch(
  selector: CompiledConnectionSelector,
  connection: PolicyConnection,
): string | undefined {
  if (selector.connections && !matchesAny(selector.connections, connection.name))
    return `the connection ${connection.name} is not ${listed(selector.connections)}`
  if (selector.protocols && !matchesAny(selector.protocols, connection.protocol))
    return `the protocol ${connection.protocol} is not ${listed(selector.protocols)}`
  for (const { name, values } of selector.labels) {
    const value = Object.hasOwn(connection.labels, name) ? connection.labels[name] : undefined
    if (value === undefined || !matchesAny(values, value))
      return `the connection's label ${name} is not ${listed(values)}`
  }
  return undefined
}

const listedPatterns = 5

export function listed(globs: readonly Glob[]): string {
  const shown = globs.slice(0, listedPatterns).map(({ pattern }) => pattern)
  const more = globs.length - shown.length
  return `[${shown.join(', ')}${more > 0 ? `, ${more} more` : ''}]`
}
