import type { MaskMethod, ValueMethod } from '@wardgate/masking'

/** What a policy evaluation says. Values, not exceptions. */
export type VerdictKind = 'allow' | 'deny' | 'require-approval'

/** A rule that took part, by policy name and rule id. `policy: 'wardgate'` marks built-in rules such as default deny. */
export interface RuleReference {
  readonly policy: string
  readonly rule: string
}

export interface ApprovalTerms {
  /** Selectors such as `group:dba`, `role:approver`, `principal:<id>`. */
  readonly approvers: readonly string[]
  readonly quorum: number
  readonly expiresInSeconds: number
  /** How long the client's call stays open before it is told to retry; 0 = at once. */
  readonly holdSeconds: number
  readonly reasonRequired: boolean
}

export interface SelectedMask {
  readonly reference: RuleReference
  readonly columns: readonly string[]
  readonly detectors: readonly string[]
  readonly paths?: readonly string[]
  readonly headers?: readonly string[]
  readonly method: ValueMethod
  /** How the columns are masked; absent = as all else. */
  readonly columnMethod?: MaskMethod
  /** Set when this principal may see the columns once people have agreed on these terms. */
  readonly unmask?: ApprovalTerms
}

export interface TimeLimit {
  readonly seconds: number
  readonly rule: RuleReference
}

export interface Obligations {
  readonly masks: readonly SelectedMask[]
  /** Absent = no limit. */
  readonly rowLimit?: number
  /** Rows that the principal gets through the connection within any hour. Absent = no limit. */
  readonly hourlyRowLimit?: number
  /** Aggregates of masked columns are shown for groups of at least so many values. Absent = they are masked. */
  readonly minimumGroupSize?: number
  /** How long the target may work on a statement, and which rule says so. Absent = no limit. */
  readonly timeLimit?: TimeLimit
  readonly readOnly: boolean
  readonly recording: 'full' | 'statements' | 'off'
  /** An interactive shell takes whole lines, each an operation of its own. Absent = it takes what is typed. */
  readonly lines?: boolean
  /** What happens to masked columns used anywhere but as an output value. */
  readonly inference: 'deny' | 'approve' | 'allow'
  /** What happens to bodies in which masked values cannot be looked for. Absent = refuse. */
  readonly unreadable?: 'refuse' | 'scan' | 'pass'
}

/** For how much a verdict holds; see architecture 3.2. */
export type MemoScope = 'shape' | 'exact' | 'once'

export interface PolicyVerdict {
  readonly kind: VerdictKind
  /** The rules that determined the verdict. */
  readonly determinedBy: readonly RuleReference[]
  /** Every rule that was consulted and whether it matched, in order, for `explain`. */
  readonly consulted: readonly (RuleReference & {
    readonly matched: boolean
    readonly why: string
  })[]
  /** For the client: what is refused or held and why. */
  readonly message: string
  readonly obligations: Obligations
  readonly approval?: ApprovalTerms
  /** Whether a rule came down to the target's estimate: without one it counts as above any bound. */
  readonly readsEstimate: boolean
  readonly memo: MemoScope
}
