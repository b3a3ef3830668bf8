import { type SessionOpened, WithdrawReason } from '@wardgate/contract'
import { AuthError, SessionError, toGatewayError } from '@wardgate/errors'
import type {
  ControlSession,
  ControlVerdict,
  Hold,
  OfferedTool,
  OpenRequest,
  Operation,
  SessionGrant,
} from '@wardgate/gateway'
import { areSameTerms } from './admissions'
import { AwaitedVerdicts } from './awaited-verdicts'
import { grantFrom } from './grant'
import { openToWire } from './open-request'
import { operationToWire } from './operation'
import { Screenings } from './screenings'
import { SessionAnswers } from './session-answers'
import { SessionLink } from './session-link'
import type { SessionStream, SessionSurroundings } from './session-surroundings'
import { SessionTimer } from './session-timer'
import { SessionTrace } from './session-trace'
import { type SessionListener, tell } from './session-words'
import { contractViolation, unavailable } from './violation'

/** For the control plane to confirm a session that began under an earlier admission. */
const confirmMillis = 10_000
/** For the control plane to say that a session is closed. */
const closeMillis = 10_000

/** One session over its own stream. Whatever ends the stream ends the session, after the grace. */
export class StreamSession implements ControlSession {
  readonly #link: SessionLink
  readonly #surroundings: SessionSurroundings
  readonly #request: OpenRequest
  readonly #killed = new AbortController()
  readonly #verdicts = new AwaitedVerdicts()
  readonly #trace: SessionTrace
  readonly #screenings: Screenings
  #opening: { resolve(): void; reject(error: Error): void } | undefined
  #grant: SessionGrant | undefined
  /** `untold`: it has begun, and the control plane has not been told yet. `unconfirmed`: told, and not answered. */
  #state: 'new' | 'untold' | 'unconfirmed' | 'open' | 'closed' = 'new'
  readonly #timer: SessionTimer
  readonly #answers: SessionAnswers

  constructor(stream: SessionStream, request: OpenRequest, surroundings: SessionSurroundings) {
    this.#request = request
    this.#surroundings = surroundings
    this.#trace = new SessionTrace(surroundings.spans)
    this.#screenings = new Screenings((message) => {
      this.#tell()
      this.#link.send(message)
    })
    this.#timer = new SessionTimer(surroundings.clock)
    this.#answers = new SessionAnswers(surroundings, {
      connectionId: () => this.grant.connectionId,
      operation: (operationId) => this.#verdicts.operation(operationId),
      send: (message) => {
        if (this.#link.lost === undefined) this.#link.send(message)
      },
    })
    const listener = this.#listener()
    this.#link = new SessionLink(stream, {
      word: (word) => tell(listener, word),
      violation: (error) => {
        this.#opening?.reject(error)
        this.kill(error)
      },
      ended: (lost) => this.#ended(lost),
    })
  }

  #listener(): SessionListener {
    return {
      opened: (message) => this.#opened(message),
      refused: (error) => this.#refused(error),
      verdict: (id, verdict) => {
        if (this.#state !== 'closed') this.#verdicts.answer(id, verdict)
      },
      held: (id, hold) => this.#verdicts.held(id, hold),
      toolsScreened: (message) => {
        if (this.#state !== 'closed') this.#screenings.answered(message)
      },
      estimateWanted: (id) => void this.#answers.estimate(id),
      catalogCheckWanted: (message) => void this.#answers.checkCatalog(message),
      closed: () => this.#released(),
      killed: (error) => {
        this.#opening?.reject(error)
        this.#object(error)
      },
    }
  }

  /** Asks; resolves when the control plane has opened the session. */
  async open(signal: AbortSignal): Promise<this> {
    if (this.#link.lost !== undefined) throw this.#link.lost
    signal.throwIfAborted()
    const abort = (): void => {
      this.#opening?.reject(toGatewayError(signal.reason))
      this.#link.cancel()
    }
    signal.addEventListener('abort', abort, { once: true })
    try {
      await new Promise<void>((resolve, reject) => {
        this.#opening = { resolve, reject }
        this.#sendOpen('')
      })
      return this
    } catch (error) {
      this.close('refused')
      throw error
    } finally {
      this.#opening = undefined
      signal.removeEventListener('abort', abort)
    }
  }

  /**
   * Begins at once under what the control plane granted before to an equal request. It is told in the next turn, behind
   * what the client waits for, and has to confirm.
   */
  begin(admitted: SessionGrant, sessionId: string): this {
    this.#grant = { ...admitted, sessionId }
    this.#state = 'untold'
    setImmediate(() => this.#tell())
    return this
  }

  get isOutlived(): boolean {
    return this.isLost && this.#surroundings.isUp()
  }

  get grant(): SessionGrant {
    if (this.#grant === undefined) throw contractViolation('no session yet')
    return this.#grant
  }

  /** Undefined until the session has a name. */
  get id(): string | undefined {
    return this.#grant?.sessionId
  }

  get killed(): AbortSignal {
    return this.#killed.signal
  }

  get isLost(): boolean {
    return this.#link.lost !== undefined
  }

  decide(
    operationId: string,
    operation: Operation,
    held: (hold: Hold) => void,
  ): Promise<ControlVerdict> {
    const { lost } = this.#link
    if (lost !== undefined) return Promise.reject(lost)
    const decision = this.#trace.decide(operationId, operation)
    const verdict = this.#verdicts.add(operationId, { operation, held }, () => {
      this.#tell()
      const { traceparent } = decision
      const value = { operationId, operation: operationToWire(operation), traceparent }
      this.#link.send({ $case: 'decide', value })
    })
    return decision.follow(verdict)
  }

  follow(operationId: string, operation: Operation, fromMemo: boolean) {
    return this.#trace.target(operationId, operation, fromMemo)
  }

  screenTools(tools: readonly OfferedTool[]): Promise<readonly boolean[]> {
    const { lost } = this.#link
    return lost === undefined ? this.#screenings.ask(tools) : Promise.reject(lost)
  }

  withdraw(operationId: string, reason: 'abandoned' | 'hold-elapsed'): void {
    if (this.isLost || !this.#verdicts.withdraw(operationId)) return
    this.#link.send({ $case: 'withdraw', value: { operationId, reason: withdrawReasons[reason] } })
  }

  /** Ends the session from outside: an administrator, or the agent's own drain. */
  kill(error: Error): void {
    this.#timer.clear()
    this.#killed.abort(error)
  }

  close(reason: string): void {
    if (this.#state === 'closed') return
    // However short it was, the control plane hears of it.
    this.#tell()
    this.#state = 'closed'
    this.#timer.clear()
    this.#surroundings.ended()
    this.#trace.end()
    const wasLost = this.isLost
    this.#rejectWaiting(this.#link.close())
    if (wasLost) return
    this.#link.send({ $case: 'close', value: { reason } })
    if (this.#grant === undefined) return this.#link.end()
    this.#timer.after(closeMillis, () => this.#link.cancel())
  }

  #rejectWaiting(error: Error): void {
    this.#verdicts.rejectAll(error)
    this.#screenings.fail(error)
  }

  #tell(): void {
    if (this.#state !== 'untold' || this.isLost) return
    this.#state = 'unconfirmed'
    this.#timer.after(confirmMillis, () => this.#object(unconfirmed))
    this.#sendOpen(this.grant.sessionId)
  }

  #sendOpen(sessionId: string): void {
    const traceparent = this.#trace.begin(this.#request)
    const value = openToWire(this.#request, { sessionId, traceparent })
    this.#link.send({ $case: 'open', value })
  }

  #opened(message: SessionOpened): void {
    const grant = grantFrom(message)
    if (this.#state === 'closed') return this.#surroundings.answered(message, grant)
    if (this.#state === 'unconfirmed') return this.#confirmed(message, grant)
    if (this.#grant !== undefined || this.#opening === undefined) {
      throw contractViolation('a session that was not asked for')
    }
    this.#grant = grant
    this.#surroundings.answered(message, grant)
    this.#admitted(grant)
    this.#opening.resolve()
  }

  /** Fails closed: what has changed since the admission would not be in force in this session. */
  #confirmed(message: SessionOpened, grant: SessionGrant): void {
    this.#timer.clear()
    this.#surroundings.answered(message, grant)
    if (!areSameTerms(grant, this.grant)) {
      const changed = 'the terms of the connection changed while the session was opened'
      return this.kill(new SessionError('ERR_SESSION_KILLED', changed))
    }
    this.#admitted(grant)
  }

  #admitted(grant: SessionGrant): void {
    this.#state = 'open'
    this.#trace.opened(grant)
    this.#timer.atExpiry(grant.expiresAt, () => {
      this.kill(new AuthError('ERR_AUTH_EXPIRED_TOKEN', 'the credential of the session expired'))
    })
  }

  #refused(error: Error): void {
    this.#trace.refused(error)
    if (this.#state === 'closed' || this.#state === 'unconfirmed') return this.#object(error)
    if (this.#opening === undefined) throw contractViolation('a refusal that was not asked for')
    this.#surroundings.answered(undefined, undefined)
    this.#opening.reject(error)
  }

  /** The session has begun and may not go on; the next one like it has to be asked for. */
  #object(error: Error): void {
    this.#surroundings.answered(undefined, undefined)
    this.kill(error)
  }

  #released(): void {
    if (this.#state !== 'closed') throw contractViolation('the end of a session that goes on')
    this.#timer.clear()
    this.#surroundings.released(this.#link.handBack())
  }

  /** Nothing can be decided or killed over the stream any more, so the session ends with the grace. */
  #ended(error: Error | undefined): void {
    if (this.#state === 'closed') this.#timer.clear()
    if (error === undefined) return
    this.#opening?.reject(error)
    this.#rejectWaiting(error)
    if (this.#grant === undefined) return this.#surroundings.ended()
    this.#timer.clear()
    const grace = this.#graceOf(this.#grant)
    if (grace === 0) this.kill(error)
    else this.#timer.after(grace, () => this.kill(error))
  }

  /** None for a session that the control plane has not confirmed: it may not even know of it. */
  #graceOf({ expiresAt }: SessionGrant): number {
    if (this.#state !== 'open') return 0
    return Math.min(this.#surroundings.graceMillis(), this.#timer.untilExpiry(expiresAt))
  }
}

const unconfirmed = unavailable('the control plane did not confirm the session in time')

const withdrawReasons = {
  abandoned: WithdrawReason.WITHDRAW_REASON_ABANDONED,
  'hold-elapsed': WithdrawReason.WITHDRAW_REASON_HOLD_ELAPSED,
} as const
