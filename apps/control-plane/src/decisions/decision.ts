import type { GatewayErrorCode } from '@wardgate/errors'
import type { MaskingPlan } from '@wardgate/masking'
import type {
  ApprovalTerms,
  Facts,
  MemoScope,
  PolicyVerdict,
  RuleReference,
  TimeLimit,
} from '@wardgate/policy'
import type { Named } from './facts/reading'
import type { Lacks } from './lacks'

/** What an operation would get, before people are asked. */
export interface Decision {
  readonly outcome:
    | { readonly kind: 'allow'; readonly grant: AllowGrant }
    | DenyOutcome
    | {
        readonly kind: 'require-approval'
        readonly terms: ApprovalTerms
        readonly message: string
        /** In force once it is approved. */
        readonly grant: AllowGrant
        /** Statements and cursors that it may run by their names. */
        readonly named?: readonly Named[]
        /** What the approval binds to. */
        readonly digest: string
      }
  readonly determinedBy: readonly RuleReference[]
  readonly memo: MemoScope
  readonly epoch: bigint
  readonly facts: Facts
  readonly verdict?: PolicyVerdict
  /** Decides what is held once more, as if nothing had come of the first time: names and policies change while it waits. */
  readonly again?: () => Promise<Decision>
  /** Of the target's catalog: with it the decision may be another. */
  readonly lacks?: Lacks
}

export interface DenyOutcome {
  readonly kind: 'deny'
  readonly code: GatewayErrorCode
  readonly message: string
  readonly retryable: boolean
  /** Absent = what the code's own entry says. */
  readonly nextStep?: string
}

export interface AllowGrant {
  readonly masking: MaskingPlan
  readonly rowLimit?: number
  readonly hourlyRowLimit?: number
  readonly timeLimit?: TimeLimit
  readonly readOnly: boolean
  readonly recording: 'full' | 'statements' | 'off'
  readonly lines?: boolean
}
