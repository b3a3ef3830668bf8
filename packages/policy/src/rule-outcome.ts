import type { CompiledRule } from './compile'
import { estimateMismatch } from './estimate-bound'
import type { PolicyContext } from './context'
import type { ExpressionVariables } from './expression'
import { conditionMismatch, matchesAction, type CompiledFactMatcher } from './fact-matcher'
import type { Facts } from './facts'
import { connectionMismatch, principalMismatch } from './selectors'

/** What one rule says about one operation. */
export type RuleOutcome =
  | { readonly kind: 'no-match'; readonly why: string; readonly concernsCaller: boolean }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'estimated-otherwise'; readonly why: string }
  | {
      readonly kind: 'match'
      readonly why: string
      /** Indexes of the actions that the rule grants, if its effect is one that grants. */
      readonly grants: readonly number[]
      /** Whether it also grants what cannot be read in an opaque operation. */
      readonly grantsOpaque: boolean
    }

export interface Evaluation {
  readonly context: PolicyContext
  /** Made when the first expression needs them. */
  readonly variables: () => ExpressionVariables
}

export function evaluateRule(rule: CompiledRule, evaluation: Evaluation): RuleOutcome {
  const { principal, connection, facts } = evaluation.context
  const caller =
    connectionMismatch(rule.connection, connection) ?? principalMismatch(rule.principal, principal)
  if (caller !== undefined) return { kind: 'no-match', why: caller, concernsCaller: false }

  // An allow has no meaning but its grant; everything else takes hold as soon as anything matches.
  const purpose = rule.effect === 'allow' && !carriesObligations(rule) ? 'grant' : 'restrict'
  const mismatch =
    conditionMismatch(rule.facts, facts, purpose) ??
    (purpose === 'grant' && facts.opaque.length > 0 && rule.facts.opaque !== true
      ? 'the operation is opaque, and the rule does not name opaque'
      : undefined)
  if (mismatch !== undefined) return { kind: 'no-match', why: mismatch, concernsCaller: true }
  const touched = facts.actions.filter((action) => matchesAction(rule.facts, action, purpose))
  if (namesActions(rule.facts) && touched.length === 0)
    return { kind: 'no-match', why: noActionWhy(rule.facts, facts), concernsCaller: true }

  if (rule.expression !== undefined) {
    const result = rule.expression.evaluate(evaluation.variables())
    if (result.kind === 'failed')
      return { kind: 'failed', why: `its condition cannot be evaluated: ${result.reason}` }
    if (!result.value)
      return { kind: 'no-match', why: 'its condition is false', concernsCaller: true }
  }
  const otherwise = estimateMismatch(rule.facts.estimates, facts)
  if (otherwise !== undefined) return { kind: 'estimated-otherwise', why: otherwise }
  return { kind: 'match', why: matchWhy(rule, touched), ...grantsOf(rule, facts) }
}

function grantsOf(
  rule: CompiledRule,
  facts: Facts,
): { readonly grants: readonly number[]; readonly grantsOpaque: boolean } {
  const nothing = { grants: [], grantsOpaque: false }
  if (rule.effect !== 'allow' && rule.effect !== 'require-approval') return nothing
  const opaque = facts.opaque.length > 0
  // Fails closed: a rule that does not name `opaque` grants nothing of an operation that cannot be read.
  if (opaque && rule.facts.opaque !== true) return nothing
  if (conditionMismatch(rule.facts, facts, 'grant') !== undefined) return nothing
  const grants: number[] = []
  for (const [index, action] of facts.actions.entries())
    if (matchesAction(rule.facts, action, 'grant')) grants.push(index)
  return { grants, grantsOpaque: opaque && (grants.length > 0 || !namesActions(rule.facts)) }
}

function carriesObligations(rule: CompiledRule): boolean {
  return (
    rule.mask !== undefined ||
    rule.rowLimit !== undefined ||
    rule.hourlyRowLimit !== undefined ||
    rule.minimumGroupSize !== undefined ||
    rule.statementSeconds !== undefined ||
    rule.readOnly ||
    rule.lines ||
    rule.recording !== undefined ||
    rule.inference !== undefined ||
    rule.unreadable !== undefined
  )
}

function namesActions(matcher: CompiledFactMatcher): boolean {
  return matcher.actions !== undefined || matcher.resources !== undefined
}

function noActionWhy(matcher: CompiledFactMatcher, facts: Facts): string {
  const found = facts.actions.length === 0 ? 'no known action' : shownActions(facts.actions)
  if (matcher.resources === undefined)
    return `the operation does ${found}, none of [${[...(matcher.actions ?? [])].join(', ')}]`
  return `the operation does ${found}, and its actions and resources name none of that`
}

function matchWhy(rule: CompiledRule, touched: Facts['actions']): string {
  if (namesActions(rule.facts)) return `matches ${shownActions(touched)}`
  return rule.expression ? 'its condition is true' : 'matches the operation'
}

const shownAtMost = 3

export function shownActions(actions: Facts['actions']): string {
  const shown = actions
    .slice(0, shownAtMost)
    .map(({ action, resource }) => `${action} on ${resource}`)
  const more = actions.length - shown.length
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ')
}
