import { PolicyError } from '@wardgate/errors'
import type { MaskMethod, ValueMethod } from '@wardgate/masking'
import { parseDuration } from './duration'
import type { ApprovalRule, MaskRule, PolicyDocument, PolicyRule } from './document'
import { compileExpression, type Expression } from './expression'
import { compileFactMatcher, type CompiledFactMatcher } from './fact-matcher'
import type { Glob } from './glob'
import {
  compileConnectionSelector,
  compileGlobs,
  compilePrincipalSelector,
  type CompiledConnectionSelector,
  type CompiledPrincipalSelector,
} from './selectors'
import type { ApprovalTerms, Obligations, RuleReference, SelectedMask } from './verdict'

/** A policy version that is to be in force. */
export interface PolicyVersion {
  readonly name: string
  readonly version: number
  readonly document: PolicyDocument
}

/** Policies ready for evaluation. Made once per epoch; holds no reference to what it was made from. */
export interface PolicySet {
  /** By name; the order has no influence on a verdict. */
  readonly policies: readonly CompiledPolicy[]
}

export interface CompiledPolicy {
  readonly name: string
  readonly version: number
  readonly connection: CompiledConnectionSelector
  readonly principal: CompiledPrincipalSelector
  readonly rules: readonly CompiledRule[]
}

interface Limits {
  readonly rowLimit?: number
  readonly hourlyRowLimit?: number
  readonly minimumGroupSize?: number
  readonly statementSeconds?: number
}

export interface CompiledRule extends Limits {
  readonly reference: RuleReference
  readonly effect?: 'allow' | 'deny' | 'require-approval'
  readonly message?: string
  readonly connection: CompiledConnectionSelector
  readonly principal: CompiledPrincipalSelector
  readonly facts: CompiledFactMatcher
  readonly expression?: Expression
  readonly approval?: ApprovalTerms
  readonly mask?: CompiledMask
  readonly readOnly: boolean
  readonly recording?: Obligations['recording']
  readonly lines: boolean
  readonly inference?: Obligations['inference']
  readonly unreadable?: Obligations['unreadable']
}

export interface CompiledMask {
  readonly selected: SelectedMask
  readonly unlessGroups: readonly Glob[]
  readonly unlessRoles: readonly Glob[]
  /** Who may have it lifted by people, and by whom. */
  readonly unmask?: {
    readonly groups: readonly Glob[]
    readonly roles: readonly Glob[]
    readonly terms: ApprovalTerms
  }
}

/** Throws when a document is not valid: it was validated when it was saved, so it has been tampered with. */
export function compilePolicies(documents: readonly PolicyVersion[]): PolicySet {
  const sorted = [...documents].sort((a, b) => compareText(a.name, b.name) || a.version - b.version)
  return { policies: sorted.map(compilePolicy) }
}

export function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

function compilePolicy({ name, version, document }: PolicyVersion): CompiledPolicy {
  const { appliesTo = {} } = document
  return {
    name,
    version,
    connection: compileConnectionSelector(appliesTo),
    principal: compilePrincipalSelector(appliesTo.principals ?? {}),
    rules: document.rules.map((rule) => compileRule(name, rule)),
  }
}

function compileRule(policy: string, rule: PolicyRule): CompiledRule {
  const reference = { policy, rule: rule.id }
  const match = rule.match ?? {}
  return {
    reference,
    ...(rule.effect && { effect: rule.effect }),
    ...(rule.message !== undefined && { message: rule.message }),
    connection: compileConnectionSelector(match),
    principal: compilePrincipalSelector(match.principals ?? {}),
    facts: compileFactMatcher(match),
    ...(rule.when !== undefined && { expression: requireExpression(reference, rule.when) }),
    ...(rule.approval && { approval: compileApproval(rule.approval) }),
    ...(rule.mask && { mask: compileMask(reference, rule.mask) }),
    ...compileLimits(rule.limits ?? {}),
    readOnly: rule.readOnly ?? false,
    ...(rule.recording && { recording: rule.recording }),
    lines: rule.lines ?? false,
    ...(rule.inference && { inference: rule.inference }),
    ...(rule.unreadable && { unreadable: rule.unreadable }),
  }
}

function compileLimits({
  rows,
  rowsPerHour,
  minimumGroupSize,
  statementTimeout = '',
}: NonNullable<PolicyRule['limits']>): Pick<CompiledRule, keyof Limits> {
  const statementSeconds = parseDuration(statementTimeout)
  return {
    ...(rows !== undefined && { rowLimit: rows }),
    ...(rowsPerHour !== undefined && { hourlyRowLimit: rowsPerHour }),
    ...(minimumGroupSize !== undefined && { minimumGroupSize }),
    ...(statementSeconds !== undefined && { statementSeconds }),
  }
}

function requireExpression({ policy, rule }: RuleReference, source: string): Expression {
  const expression = compileExpression(source)
  if (!('problem' in expression)) return expression
  throw new PolicyError(
    'ERR_POLICY_INVALID',
    `rule ${policy}/${rule}: its condition is not valid: ${expression.problem}`,
  )
}

const defaultExpirySeconds = 15 * 60
/** Below the 60 s that many clients wait for an answer. */
const defaultHoldSeconds = 50

function compileApproval(approval: ApprovalRule): ApprovalTerms {
  const expiresInSeconds = parseDuration(approval.expiresIn ?? '') ?? defaultExpirySeconds
  const holdSeconds = parseDuration(approval.hold ?? '') ?? defaultHoldSeconds
  return {
    approvers: [...new Set(approval.approvers)].sort(compareText),
    quorum: approval.quorum ?? 1,
    expiresInSeconds,
    holdSeconds: Math.min(holdSeconds, expiresInSeconds),
    reasonRequired: approval.reason === 'required',
  }
}

function compileMask(reference: RuleReference, mask: MaskRule): CompiledMask {
  return {
    selected: {
      reference,
      columns: mask.columns ?? [],
      detectors: mask.detectors ?? [],
      paths: mask.paths ?? [],
      headers: mask.headers ?? [],
      method: maskMethod(mask.with),
      columnMethod: columnMethod(mask),
    },
    unlessGroups: compileGlobs(mask.unless?.groups ?? []),
    unlessRoles: compileGlobs(mask.unless?.roles ?? []),
    ...(mask.unmask && {
      unmask: {
        groups: compileGlobs(mask.unmask.groups ?? []),
        roles: compileGlobs(mask.unmask.roles ?? []),
        terms: compileApproval(mask.unmask.approval),
      },
    }),
  }
}

/** Of columns with `within` only the places are masked; detectors and paths of the same rule mean the whole value. */
function columnMethod({ within, with: method }: MaskRule): MaskMethod {
  const whole = maskMethod(method)
  return within === undefined
    ? whole
    : { kind: 'within', parts: within.map((path) => ({ path, method: whole })) }
}

function maskMethod(method: MaskRule['with']): ValueMethod {
  if (method === null) return { kind: 'null' }
  if (typeof method === 'string') return { kind: method }
  if ('shift' in method) {
    const { days, by } = method.shift
    return { kind: 'shift', days, ...(by !== undefined && { by }) }
  }
  const { keepFirst = 0, keepLast = 0, width } = method.partial
  return { kind: 'partial', keepFirst, keepLast, ...(width !== undefined && { width }) }
}
