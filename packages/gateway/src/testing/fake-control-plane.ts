import { ControlError, PolicyError, SessionError, type GatewayError } from '@wardgate/errors'
import { emptyPlan } from '@wardgate/masking'
import type { Operation } from '../operation'
import type { OfferedTool } from '../protocol'
import type {
  ControlPlane,
  ControlSession,
  ControlVerdict,
  Hold,
  HourlyRows,
  OpenRequest,
  RowLease,
  SessionGrant,
} from '../ports'

type Allow = Extract<ControlVerdict['outcome'], { kind: 'allow' }>

/** What the fake answers to one operation: at once, or after it has held it. */
export type Script = ControlVerdict | HeldScript

export interface HeldScript {
  readonly hold: Hold
  readonly verdict: Promise<ControlVerdict>
}

export interface Asked {
  readonly operationId: string
  readonly operation: Operation
}

/** A control plane whose answers the test writes. Allows everything until told otherwise. */
export class FakeControlPlane implements ControlPlane {
  epoch = 1n
  memoUsable = true
  /** The link is lost: whatever is asked is answered with ERR_CONTROL_UNAVAILABLE. */
  isDown = false
  /** Refuses every login with this, when set. */
  refusal: GatewayError | undefined
  grant: SessionGrant = fakeGrant()
  answer: (operation: Operation) => Script | Promise<Script> = () => this.allow()
  /** Which tools a client may see. */
  showsTool: (tool: OfferedTool) => boolean = () => true
  readonly opened: OpenRequest[] = []
  readonly asked: Asked[] = []
  readonly withdrawn: { operationId: string; reason: 'abandoned' | 'hold-elapsed' }[] = []
  readonly closed: string[] = []
  /** Rows leased so far, of whichever budget. */
  leasedRows = 0
  /** Most rows of one lease. */
  leaseSize = Infinity
  #lostSessions = 0
  #openedSessions = 0
  readonly #kills = new Set<AbortController>()
  #askedListeners: (() => void)[] = []

  async open(request: OpenRequest): Promise<ControlSession> {
    this.opened.push(request)
    if (this.isDown) throw unavailable()
    if (this.refusal) throw this.refusal
    return this.session()
  }

  session(): ControlSession {
    const kill = new AbortController()
    this.#kills.add(kill)
    const number = ++this.#openedSessions
    const isOutlived = () => number <= this.#lostSessions
    return {
      grant: this.grant,
      get isOutlived() {
        return isOutlived()
      },
      killed: kill.signal,
      decide: (operationId, operation, held) => this.#decide({ operationId, operation }, held),
      screenTools: (tools) =>
        this.isDown ? Promise.reject(unavailable()) : Promise.resolve(tools.map(this.showsTool)),
      withdraw: (operationId, reason) => void this.withdrawn.push({ operationId, reason }),
      close: (reason) => {
        this.#kills.delete(kill)
        this.closed.push(reason)
      },
    }
  }

  leaseRows({ limit }: HourlyRows): Promise<RowLease> {
    if (this.isDown) return Promise.reject(unavailable())
    const rows = Math.min(this.leaseSize, Math.max(0, limit - this.leasedRows))
    this.leasedRows += rows
    return Promise.resolve({ rows, minute: 0, millis: 30_000 })
  }

  returnRows(_hourly: HourlyRows, { rows }: RowLease): Promise<void> {
    if (this.isDown) return Promise.reject(unavailable())
    this.leasedRows -= rows
    return Promise.resolve()
  }

  /** It was lost, and is back: what was open until now is outlived. */
  restart(): void {
    this.#lostSessions = this.#openedSessions
  }

  kill(error: GatewayError = new SessionError('ERR_SESSION_KILLED', 'ended by an admin')): void {
    for (const kill of this.#kills) kill.abort(error)
  }

  allow(outcome: Partial<Allow> = {}, verdict: Partial<ControlVerdict> = {}): ControlVerdict {
    return this.#verdict(
      { kind: 'allow', masking: emptyPlan, readOnly: false, recording: 'full', ...outcome },
      verdict,
    )
  }

  deny(
    error: GatewayError = new PolicyError('ERR_POLICY_DENIED', 'rule shop/no-ddl denies this'),
    verdict: Partial<ControlVerdict> = {},
  ): ControlVerdict {
    return this.#verdict({ kind: 'deny', error }, verdict)
  }

  /** A hold, and the functions that end it. */
  hold(hold: Partial<Hold> = {}): HeldScript & { decide(verdict: ControlVerdict): void } {
    let decide: (verdict: ControlVerdict) => void = () => undefined
    const verdict = new Promise<ControlVerdict>((resolve) => (decide = resolve))
    return { hold: { ...fakeHold, ...hold }, verdict, decide }
  }

  /** Resolves once so many operations have been asked about. */
  async untilAsked(count: number): Promise<void> {
    while (this.asked.length < count)
      await new Promise<void>((resolve) => this.#askedListeners.push(resolve))
  }

  async #decide(asked: Asked, held: (hold: Hold) => void): Promise<ControlVerdict> {
    this.asked.push(asked)
    const listeners = this.#askedListeners
    this.#askedListeners = []
    for (const tell of listeners) tell()
    if (this.isDown) throw unavailable()
    const script = await this.answer(asked.operation)
    if (!('hold' in script)) return script
    held(script.hold)
    return script.verdict
  }

  #verdict(outcome: ControlVerdict['outcome'], verdict: Partial<ControlVerdict>): ControlVerdict {
    return {
      outcome,
      determinedBy: [{ policy: 'shop', rule: outcome.kind === 'deny' ? 'no-ddl' : 'read' }],
      memo: 'once',
      epoch: this.epoch,
      summary: 'an operation',
      actions: [],
      ...verdict,
    }
  }
}

export const fakeHold: Hold = {
  approvalId: 'apr_1',
  url: 'https://wardgate.test/approvals/apr_1',
  message: 'waiting for approval apr_1 by group:dba',
  holdMillis: 50_000,
}

export function fakeGrant(grant: Partial<SessionGrant> = {}): SessionGrant {
  return {
    sessionId: '00000000-0000-4000-8000-000000000001',
    principalId: 'principal-1',
    principalName: 'autogen',
    connectionId: 'connection-1',
    endpoints: [{ host: 'target.test', port: 1 }],
    tls: { mode: 'disable' },
    credential: { kind: 'password', user: 'app', password: 'target-password' },
    revision: '1',
    database: 'shop',
    limits: { idleMillis: 0, statementMillis: 0, maxMessageBytes: 64 * 1024 * 1024 },
    fsync: 'batched',
    recording: 'full',
    maskingKey: new Uint8Array(32).fill(7),
    textDetectors: [],
    expiresAt: 0,
    admission: Buffer.from('sealed admission'),
    ...grant,
  }
}

function unavailable(): GatewayError {
  return new ControlError('ERR_CONTROL_UNAVAILABLE', 'the control plane cannot be reached')
}
