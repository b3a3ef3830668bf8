import { combineApprovalTerms } from './approval-terms'
import { builtInGrant, builtInRules, writes } from './built-in'
import type { CompiledRule, PolicySet } from './compile'
import { estimateReason } from './estimate-bound'
import type { PolicyContext } from './context'
import { expressionVariables, type ExpressionVariables } from './expression'
import type { ActionFact, Facts } from './facts'
import { memoScope } from './memo'
import { combineObligations } from './obligations'
import { evaluateRule, shownActions, type Evaluation } from './rule-outcome'
import { mismatchOf } from './applicable'
import type { ApprovalTerms, Obligations, PolicyVerdict, RuleReference } from './verdict'

/** What all rules said, before it is decided. */
interface Findings {
  readonly consulted: PolicyVerdict['consulted'][number][]
  /** Rules whose expression and text-reading matchers were reached, for the memo. */
  readonly reached: CompiledRule[]
  readonly matched: CompiledRule[]
  readonly failed: { readonly reference: RuleReference; readonly why: string }[]
  /** By action: the rules that grant it. */
  readonly grants: RuleReference[][]
  readonly opaqueGrants: RuleReference[]
  /** Whether a rule came down to the target's estimate. */
  readsEstimate: boolean
  /** Whether anything at all is granted to this principal on this connection. */
  mayDoAnything: boolean
}

interface Decision {
  readonly kind: PolicyVerdict['kind']
  readonly determinedBy: readonly RuleReference[]
  readonly message: string
  readonly approval?: ApprovalTerms
}

/** Deny wins over require-approval over allow; what no rule grants is denied. Never throws, never reads a clock. */
export function evaluate(set: PolicySet, context: PolicyContext): PolicyVerdict {
  const findings = consult(set, context)
  const obligations = combineObligations(findings.matched, context.principal)
  const decision = decide(findings, context.facts, obligations.readOnly)
  const { kind, determinedBy, message } = decision
  const { readsEstimate } = findings
  const inference = withInferenceTerms(decision, findings, obligations)
  const verdict = {
    kind,
    determinedBy,
    message,
    consulted: findings.consulted,
    obligations: inference.obligations,
    readsEstimate,
    // The target's data decides, and it changes.
    memo: readsEstimate ? 'once' : memoScope(kind, findings.reached, context.facts),
  } as const
  return inference.approval === undefined ? verdict : { ...verdict, approval: inference.approval }
}

function consult(set: PolicySet, context: PolicyContext): Findings {
  const findings: Findings = {
    consulted: [],
    reached: [],
    matched: [],
    failed: [],
    grants: context.facts.actions.map(() => []),
    opaqueGrants: [],
    readsEstimate: false,
    mayDoAnything: false,
  }
  let variables: ExpressionVariables | undefined
  const evaluation = { context, variables: () => (variables ??= expressionVariables(context)) }
  for (const policy of set.policies) {
    const mismatch = mismatchOf(policy, context)
    if (mismatch === undefined) for (const rule of policy.rules) take(rule, evaluation, findings)
    else
      findings.consulted.push({
        policy: policy.name,
        rule: 'appliesTo',
        matched: false,
        why: `the policy does not apply: ${mismatch}`,
      })
  }
  return findings
}

function take(rule: CompiledRule, evaluation: Evaluation, findings: Findings): void {
  const outcome = evaluateRule(rule, evaluation)
  const { reference } = rule
  const { policy, rule: name } = reference
  const matched = outcome.kind === 'match'
  findings.consulted.push({ policy, rule: name, matched, why: outcome.why })
  if (outcome.kind === 'no-match' && !outcome.concernsCaller) return
  findings.reached.push(rule)
  const isJudged = outcome.kind === 'match' || outcome.kind === 'estimated-otherwise'
  if (isJudged && rule.facts.estimates.length > 0) findings.readsEstimate = true
  if (rule.effect === 'allow' || rule.effect === 'require-approval') findings.mayDoAnything = true
  if (outcome.kind === 'failed') findings.failed.push({ reference, why: outcome.why })
  if (outcome.kind !== 'match') return
  findings.matched.push(rule)
  for (const index of outcome.grants) findings.grants[index]?.push(reference)
  if (outcome.grantsOpaque) findings.opaqueGrants.push(reference)
}

function decide(findings: Findings, facts: Facts, readOnly: boolean): Decision {
  return (
    denied(findings, facts) ??
    failed(findings, facts) ??
    (readOnly ? notReadOnly(findings, facts) : undefined) ??
    opaque(findings, facts) ??
    ungranted(findings, facts) ??
    held(findings, facts) ??
    allowed(findings, facts)
  )
}

function denied({ matched }: Findings, facts: Facts): Decision | undefined {
  const rules = matched.filter(({ effect }) => effect === 'deny')
  return rules.length === 0 ? undefined : deny(references(rules), facts, reasons(rules, facts))
}

/** Fails closed: whatever the rule would have said, nobody knows it. */
function failed({ failed: rules }: Findings, facts: Facts): Decision | undefined {
  const [first] = rules
  if (first === undefined) return undefined
  const { policy, rule } = first.reference
  return deny(
    [builtInRules.evaluationError, ...rules.map(({ reference }) => reference)],
    facts,
    `rule ${policy}/${rule}: ${first.why}`,
  )
}

function notReadOnly({ matched }: Findings, facts: Facts): Decision | undefined {
  const writing = facts.actions.filter(writes)
  if (writing.length === 0) return undefined
  const rules = matched.filter((rule) => rule.readOnly)
  return deny(
    references(rules),
    facts,
    `only reading is allowed, and this is ${shownActions(writing)}`,
  )
}

function opaque({ opaqueGrants }: Findings, facts: Facts): Decision | undefined {
  if (facts.opaque.length === 0 || opaqueGrants.length > 0) return undefined
  return deny(
    [builtInRules.opaque],
    facts,
    `what it does cannot be known beforehand (${facts.opaque.slice(0, 3).join('; ')}), and no rule allows that`,
  )
}

function ungranted(findings: Findings, facts: Facts): Decision | undefined {
  const missing: ActionFact[] = facts.actions.filter(
    (_action, index) => grantsFor(findings, facts, index).length === 0,
  )
  // An opaque operation without a known action has passed the check for that.
  const nothing = facts.actions.length === 0 && facts.opaque.length === 0
  if (missing.length === 0 && !nothing) return undefined
  const what = nothing ? 'an operation without a known action' : shownActions(missing)
  return deny([builtInRules.defaultDeny], facts, `no rule allows ${what}`)
}

function held({ matched }: Findings, facts: Facts): Decision | undefined {
  const rules = matched.filter(({ effect }) => effect === 'require-approval')
  if (rules.length === 0) return undefined
  const approval = combineApprovalTerms(rules.flatMap(({ approval: terms }) => terms ?? []))
  if (approval === undefined)
    return deny(
      [builtInRules.approversLimit, ...references(rules)],
      facts,
      'the rules that ask for approval name too many combinations of approvers',
    )
  return {
    kind: 'require-approval',
    determinedBy: references(rules),
    message: `${facts.summary} needs approval: ${reasons(rules, facts)}`,
    approval,
  }
}

function allowed(findings: Findings, facts: Facts): Decision {
  const granting: RuleReference[] = []
  for (const index of facts.actions.keys()) granting.push(...grantsFor(findings, facts, index))
  const determinedBy = unique([...granting, ...findings.opaqueGrants])
  return { kind: 'allow', determinedBy, message: `${facts.summary} is allowed` }
}

function grantsFor(findings: Findings, facts: Facts, index: number): readonly RuleReference[] {
  const byRule = findings.grants[index] ?? []
  if (byRule.length > 0 || !findings.mayDoAnything) return byRule
  const action = facts.actions[index]
  const builtIn = action && builtInGrant(action, facts)
  return builtIn ? [builtIn] : []
}

/**
 * Terms are also given when only an inference through a masked column would need them; they then bind the whole
 * operation. When they cannot be combined, the inference is denied.
 */
function withInferenceTerms(
  decision: Decision,
  { matched }: Findings,
  obligations: Obligations,
): Pick<PolicyVerdict, 'approval' | 'obligations'> {
  const own = decision.approval ? { approval: decision.approval } : {}
  if (decision.kind === 'deny' || obligations.inference !== 'approve')
    return { obligations, ...own }
  const asking = matched.filter((rule) => rule.inference === 'approve')
  const terms = asking.flatMap(({ approval }) => approval ?? [])
  const approval = combineApprovalTerms(decision.approval ? [decision.approval, ...terms] : terms)
  if (approval) return { approval, obligations }
  return { ...own, obligations: { ...obligations, inference: 'deny' } }
}

function deny(determinedBy: readonly RuleReference[], facts: Facts, why: string): Decision {
  return { kind: 'deny', determinedBy: unique(determinedBy), message: `${facts.summary}: ${why}` }
}

function references(rules: readonly CompiledRule[]): readonly RuleReference[] {
  return unique(rules.map(({ reference }) => reference))
}

/** The first rule's own words, and which rule that is: its reader asks its owner. */
function reasons(rules: readonly CompiledRule[], facts: Facts): string {
  const rule = rules.find(({ message }) => message !== undefined) ?? rules[0]
  if (rule === undefined) return ''
  const name = `rule ${rule.reference.policy}/${rule.reference.rule}`
  const { estimates } = rule.facts
  const reason = estimates.length === 0 ? name : `${name}: ${estimateReason(estimates, facts)}`
  return rule.message === undefined ? `by ${reason}` : `${rule.message} (${reason})`
}

function unique(all: readonly RuleReference[]): readonly RuleReference[] {
  if (all.length < 2) return all
  const byName = new Map(
    all.map((reference) => [`${reference.policy}/${reference.rule}`, reference]),
  )
  return [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, reference]) => reference)
}
