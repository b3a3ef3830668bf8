import type { GatewayError } from '@wardgate/errors'
import type { DetectorMask, MaskingPlan } from '@wardgate/masking'
import type { Duplex } from 'node:stream'
import type { Operation, Outcome } from './operation'
import type { KeyProof, OfferedTool, Recorded } from './protocol'
import type { TargetCredential, TargetEndpoint, TargetTls } from './target'

/** What the gateway needs from its surroundings. The agent implements these; tests have fakes of them. */

/** The way to the control plane for new sessions. */
export interface ControlPlane {
  /** Rejects with a GatewayError: the refusal of the control plane, or ERR_CONTROL_UNAVAILABLE. */
  open(request: OpenRequest, signal: AbortSignal): Promise<ControlSession>
  /** Verdicts of older epochs are void. */
  readonly epoch: bigint
  /** Whether memo verdicts may still be used: the link is up, or its loss is younger than the grace. */
  readonly memoUsable: boolean
  /** Rows to hand out soon; none = the budget is used up. Rejects when nobody can say. */
  leaseRows(hourly: HourlyRows): Promise<RowLease>
  /** Gives back what is left of a lease. */
  returnRows(hourly: HourlyRows, left: RowLease): Promise<void>
}

/** Rows that a principal gets through a connection within any hour, through whichever agents. */
export interface HourlyRows {
  readonly principalId: string
  readonly connectionId: string
  readonly limit: number
}

export interface RowLease {
  readonly rows: number
  /** The control plane's mark of when it was given. */
  readonly minute: number
  /** How long rows of it may be handed out. */
  readonly millis: number
}

export interface OpenRequest {
  readonly connection: string
  readonly protocol: string
  readonly unverifiedCredential: string
  readonly unverifiedProof?: KeyProof
  readonly database: string
  readonly clientAddress: string
  readonly listener: string
  readonly claimed: Readonly<Record<string, string>>
}

export interface SessionGrant {
  readonly sessionId: string
  readonly principalId: string
  readonly principalName: string
  readonly connectionId: string
  readonly endpoints: readonly TargetEndpoint[]
  readonly tls: TargetTls
  readonly credential: TargetCredential
  readonly revision: string
  readonly database: string
  readonly limits: {
    readonly idleMillis: number
    readonly statementMillis: number
    readonly maxMessageBytes: number
  }
  readonly fsync: 'before-forward' | 'batched'
  readonly recording: 'full' | 'statements' | 'off'
  /** Nothing of the session may write; the target is told so too, where it has such a mode. */
  readonly readOnly?: boolean
  readonly maskingKey: Uint8Array
  readonly textDetectors: readonly DetectorMask[]
  /** Unix milliseconds; 0 = never. */
  readonly expiresAt: number
  /**
   * Sessions of one principal on one connection share memo verdicts when this is equal: a digest of everything
   * else that rules may read (claims, groups, delegation). Absent = the memo is this session's alone.
   */
  readonly memoScope?: string
  /** The control plane's sealed word on who uses what through whom; the session's first record carries it. */
  readonly admission: Uint8Array
}

/** One open session at the control plane. */
export interface ControlSession {
  readonly grant: SessionGrant
  /** Whether nothing new can be decided over it, while a session that began now could: its link was lost and is back. */
  readonly isOutlived: boolean
  /** Rejects with ERR_CONTROL_UNAVAILABLE when the link is lost. `held` may be told before the answer comes. */
  decide(
    operationId: string,
    operation: Operation,
    held: (hold: Hold) => void,
  ): Promise<ControlVerdict>
  /** One answer a tool, in order: whether the client may see it. Rejects as `decide` does. */
  screenTools(tools: readonly OfferedTool[]): Promise<readonly boolean[]>
  withdraw(operationId: string, reason: 'abandoned' | 'hold-elapsed'): void
  /** Told of an operation that is about to run at the target; what it answers is told how that ended. */
  follow?(
    operationId: string,
    operation: Operation,
    fromMemo: boolean,
  ): ((outcome: Outcome) => void) | undefined
  /** Aborted with a SessionError when the session is killed or the credential expires. */
  readonly killed: AbortSignal
  close(reason: string): void
}

export interface Hold {
  readonly approvalId: string
  readonly url: string
  readonly message: string
  readonly holdMillis: number
}

export interface RuleReference {
  readonly policy: string
  readonly rule: string
}

/** How long the target may work on one statement, and whose limit it is. */
export interface TimeLimit {
  readonly millis: number
  /** policy/rule */
  readonly rule: string
}

/** What the control plane decided, as data that can be kept in the memo. */
export interface ControlVerdict {
  readonly outcome:
    | {
        readonly kind: 'allow'
        readonly masking: MaskingPlan
        readonly rowLimit?: number
        readonly hourlyRowLimit?: number
        readonly timeLimit?: TimeLimit
        readonly readOnly: boolean
        readonly recording: 'full' | 'statements' | 'off'
        readonly lines?: boolean
        readonly approvalId?: string
      }
    | { readonly kind: 'deny'; readonly error: GatewayError }
  readonly determinedBy: readonly RuleReference[]
  readonly memo: 'once' | 'exact' | 'shape'
  readonly epoch: bigint
  readonly summary: string
  readonly actions: readonly { readonly action: string; readonly resource: string }[]
}

/** The durable spool of audit entries and recording chunks. Appends are synchronous and ordered; flushing is not. */
export interface Spool {
  /** Throws AuditError ERR_AUDIT_UNAVAILABLE when it is full or broken: then nothing may be forwarded. */
  append(entry: SpoolEntry): void
  /**
   * Resolves when everything appended so far has left this process, so that it survives `kill -9`. Undefined = it has.
   */
  written(): Promise<void> | undefined
  /** Resolves when everything appended so far is on disk (fdatasync). */
  durable(): Promise<void>
}

export type SpoolEntry =
  | {
      readonly kind: 'session-started'
      readonly sessionId: string
      readonly admission: Uint8Array
      readonly clientAddress: string
      readonly claimed: Readonly<Record<string, string>>
    }
  | {
      readonly kind: 'intent'
      readonly sessionId: string
      readonly operationId: string
      readonly operation: Operation
      readonly verdict: ControlVerdict
      readonly fromMemo: boolean
    }
  | {
      readonly kind: 'outcome'
      readonly sessionId: string
      readonly operationId: string
      readonly outcome: Outcome
      readonly durationMicros: number
    }
  | {
      readonly kind: 'refused'
      readonly sessionId: string
      readonly operationId: string
      readonly operation: Operation
      readonly code: string
      readonly message: string
      /** Absent when nobody could decide. */
      readonly verdict?: Pick<ControlVerdict, 'determinedBy' | 'summary' | 'actions'>
    }
  | {
      readonly kind: 'session-ended'
      readonly sessionId: string
      readonly reason: string
      readonly errorCode: string
      readonly bytesIn: number
      readonly bytesOut: number
    }
  | {
      readonly kind: 'login-refused'
      readonly protocol: string
      readonly clientAddress: string
      readonly connection: string
      readonly code: string
      readonly message: string
    }
  | {
      readonly kind: 'recording'
      readonly sessionId: string
      readonly index: number
      readonly data: Uint8Array
      readonly last: boolean
    }

/** Turns what the client sent and saw into recording chunks; one per session. */
export interface Recorder {
  record(what: Recorded, chunk: Uint8Array): void
  /** Whether so much is recorded and not stored yet that whoever records is to wait for `room`. */
  readonly isBehind: boolean
  /** Resolves when there is room again. */
  room(): Promise<void>
  /** Marks whose what is recorded from here on is; '' = of no operation. Once: what is marked so already stays as it is. */
  mark(operationId: string): void
  /** Hands over the last chunk. */
  end(): void
}

/** Opens byte streams to targets. */
export interface Dialler {
  dial(endpoint: TargetEndpoint, signal: AbortSignal): Promise<Duplex>
}

export interface Clock {
  /** Unix milliseconds. */
  now(): number
  /** Monotonic microseconds. */
  micros(): number
}

/** Timers, so that tests need not sleep. */
export interface Timers {
  /** Calls `run` once after `millis`; the returned function takes it back. */
  after(millis: number, run: () => void): () => void
}

/** One recorder per session; undefined when the session is not recorded. */
export type CreateRecorder = (grant: SessionGrant) => Recorder | undefined

/** Structured log; the shape of pino's. The message is a constant phrase, data goes into the fields. */
export interface Log {
  error(fields: object, message: string): void
  warn(fields: object, message: string): void
  info(fields: object, message: string): void
  debug(fields: object, message: string): void
}
