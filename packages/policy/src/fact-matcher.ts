import type { DetailComparison, RuleMatch } from './document'
import type { ActionFact, Facts } from './facts'
import { estimateBounds, type EstimateBound } from './estimate-bound'
import { isShapeStable } from './expression'
import { matchesAny, type Glob, type LetterCase } from './glob'
import { compileResourcePattern, type ResourcePattern } from './resource-pattern'
import { compileGlobs, listed } from './selectors'

/**
 * Whether a rule restricts or grants. A restriction holds when anything in the operation matches, whatever its
 * letter case; a grant only for what matches exactly, and for lists only when every element does.
 */
export type Purpose = 'restrict' | 'grant'

export interface CompiledFactMatcher {
  readonly actions?: ReadonlySet<string>
  readonly resources?: readonly ResourcePattern[]
  readonly riskAtLeast?: number
  readonly opaque?: boolean
  /** What the target itself is asked for before the rule can be judged. */
  readonly estimates: readonly EstimateBound[]
  readonly details: readonly CompiledDetail[]
  /** Whether a fact is read that may differ between two texts of one shape. */
  readonly readsText: boolean
}

interface CompiledDetail {
  readonly key: string
  readonly comparison:
    | { readonly kind: 'globs'; readonly globs: readonly Glob[] }
    | { readonly kind: 'equal'; readonly value: number | boolean }
    | { readonly kind: 'range'; readonly atLeast: number; readonly atMost: number }
}

export function compileFactMatcher(match: RuleMatch): CompiledFactMatcher {
  const details = Object.entries(match.detail ?? {}).map(([key, value]) =>
    compileDetail(key, value),
  )
  if (match.statements) details.push(compileDetail('sql.statement', match.statements))
  if (match.functions) details.push(compileDetail('sql.functions', match.functions))
  return {
    ...(match.actions && !match.actions.includes('*') && { actions: new Set(match.actions) }),
    ...(match.resources && { resources: match.resources.map(compileResourcePattern) }),
    ...(match.risk && { riskAtLeast: match.risk.atLeast }),
    ...(match.opaque !== undefined && { opaque: match.opaque }),
    estimates: estimateBounds(match),
    details,
    readsText: details.some(({ key }) => !isShapeStable(key)),
  }
}

function compileDetail(key: string, value: DetailComparison): CompiledDetail {
  if (typeof value === 'number' || typeof value === 'boolean')
    return { key, comparison: { kind: 'equal', value } }
  if (typeof value === 'string' || Array.isArray(value))
    return { key, comparison: { kind: 'globs', globs: compileGlobs(value) } }
  const { atLeast = -Infinity, atMost = Infinity } = value
  return { key, comparison: { kind: 'range', atLeast, atMost } }
}

/** Whether the rule's actions and resources name this action. */
export function matchesAction(
  matcher: CompiledFactMatcher,
  { action, resource }: ActionFact,
  purpose: Purpose,
): boolean {
  if (matcher.actions && !matcher.actions.has(action)) return false
  if (!matcher.resources) return true
  // `table:*` is a table that is not known: it may be any that a restriction names.
  return matcher.resources.some((pattern) =>
    purpose === 'restrict' ? pattern.restricts(resource) : pattern.grants(resource),
  )
}

/** Why the conditions on the operation as a whole do not hold; undefined when they do. */
export function conditionMismatch(
  matcher: CompiledFactMatcher,
  facts: Facts,
  purpose: Purpose,
): string | undefined {
  if (matcher.riskAtLeast !== undefined && !(facts.risk.score >= matcher.riskAtLeast))
    return `the risk ${facts.risk.score} is below ${matcher.riskAtLeast}`
  const opaque = facts.opaque.length > 0
  if (matcher.opaque === true && !opaque) return 'the operation is not opaque'
  if (matcher.opaque === false && opaque) return 'the operation is opaque'
  for (const detail of matcher.details)
    if (!matchesDetail(detail, facts, purpose)) return `${detail.key} is not ${words(detail)}`
  return undefined
}

function matchesDetail(detail: CompiledDetail, facts: Facts, purpose: Purpose): boolean {
  const value = Object.hasOwn(facts.detail, detail.key) ? facts.detail[detail.key] : undefined
  if (value === undefined) return false
  const { comparison } = detail
  if (comparison.kind === 'equal') return value === comparison.value
  if (comparison.kind === 'range')
    return typeof value === 'number' && value >= comparison.atLeast && value <= comparison.atMost
  const texts = typeof value === 'object' ? value : [String(value)]
  const hit = (text: string) => matchesAny(comparison.globs, text, letterCase(purpose))
  return purpose === 'restrict' ? texts.some(hit) : texts.length > 0 && texts.every(hit)
}

function words({ comparison }: CompiledDetail): string {
  if (comparison.kind === 'globs') return listed(comparison.globs)
  if (comparison.kind === 'equal') return String(comparison.value)
  return `between ${comparison.atLeast} and ${comparison.atMost}`
}

function letterCase(purpose: Purpose): LetterCase {
  return purpose === 'grant' ? 'exact' : 'ignored'
}
