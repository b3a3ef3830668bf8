import { type SessionOpened, type SessionResponse, WithdrawReason } from '@wardgate/contract'
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
import { errorFromRefused } from './refusal'
import { Screenings } from './screenings'
import { SessionAnswers } from './session-answers'
import type { SessionStream, SessionSurroundings } from './session-surroundings'
import { SessionTimer } from './session-timer'
import { SessionTrace } from './session-trace'
import { verdictFrom } from './verdict'
import { contractViolation, unavailable } from './violation'

/** For the control plane to confirm a session that began under an earlier admission. */
const confirmMillis = 10_000
/** For the control plane to say that a session is closed. */
const closeMillis = 10_000

/** One session over its own stream. Whatever ends the stream ends the session, after the grace. */
export class StreamSession implements ControlSession {
  readonly #stream: SessionStream
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
  #lost: Error | undefined
  readonly #timer: SessionTimer
  readonly #answers: SessionAnswers

  constructor(stream: SessionStream, request: OpenRequest, surroundings: SessionSurroundings) {
    this.#stream = stream
    this.#request = request
    this.#surroundings = surroundings
    this.#trace = new SessionTrace(surroundings.spans)
    this.#screenings = new Screenings((message) => {
      this.#tell()
      stream.write({ message })
    })
    this.#timer = new SessionTimer(surroundings.clock)
    this.#answers = new SessionAnswers(surroundings, {
      connectionId: () => this.grant.connectionId,
      operation: (operationId) => this.#verdicts.operation(operationId),
      send: (message) => {
        if (this.#lost === undefined && this.#state !== 'closed') stream.write({ message })
      },
    })
    stream.on('data', this.#receive).on('error', this.#lose).on('end', this.#lose)
  }

  /** Asks; resolves when the control plane has opened the session. */
  async open(signal: AbortSignal): Promise<this> {
    if (this.#lost !== undefined) throw this.#lost
    signal.throwIfAborted()
    const abort = (): void => {
      this.#opening?.reject(toGatewayError(signal.reason))
      this.#stream.cancel()
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
    return this.#lost !== undefined && this.#surroundings.isUp()
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
    return this.#lost !== undefined
  }

  decide(
    operationId: string,
    operation: Operation,
    held: (hold: Hold) => void,
  ): Promise<ControlVerdict> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost)
    const decision = this.#trace.decide(operationId, operation)
    const verdict = this.#verdicts.add(operationId, { operation, held }, () => {
      this.#tell()
      const { traceparent } = decision
      const value = { operationId, operation: operationToWire(operation), traceparent }
      this.#stream.write({ message: { $case: 'decide', value } })
    })
    return decision.follow(verdict)
  }

  follow(operationId: string, operation: Operation, fromMemo: boolean) {
    return this.#trace.target(operationId, operation, fromMemo)
  }

  screenTools(tools: readonly OfferedTool[]): Promise<readonly boolean[]> {
    return this.#lost === undefined ? this.#screenings.ask(tools) : Promise.reject(this.#lost)
  }

  withdraw(operationId: string, reason: 'abandoned' | 'hold-elapsed'): void {
    if (this.#lost !== undefined || !this.#verdicts.withdraw(operationId)) return
    const value = { operationId, reason: withdrawReasons[reason] }
    this.#stream.write({ message: { $case: 'withdraw', value } })
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
    const wasLost = this.#lost !== undefined
    this.#lost ??= isClosed
    this.#rejectWaiting(this.#lost)
    if (wasLost) return
    this.#stream.write({ message: { $case: 'close', value: { reason } } })
    if (this.#grant === undefined) return void this.#stream.end()
    this.#timer.after(closeMillis, () => this.#stream.cancel())
  }

  #rejectWaiting(error: Error): void {
    this.#verdicts.rejectAll(error)
    this.#screenings.fail(error)
  }

  #tell(): void {
    if (this.#state !== 'untold' || this.#lost !== undefined) return
    this.#state = 'unconfirmed'
    this.#timer.after(confirmMillis, () => this.#object(unconfirmed()))
    this.#sendOpen(this.grant.sessionId)
  }

  #sendOpen(sessionId: string): void {
    const traceparent = this.#trace.begin(this.#request)
    const value = openToWire(this.#request, { sessionId, traceparent })
    this.#stream.write({ message: { $case: 'open', value } })
  }

  readonly #receive = (response: SessionResponse): void => {
    try {
      this.#dispatch(response)
    } catch (caught) {
      const error = toGatewayError(caught)
      this.#opening?.reject(error)
      this.#stream.cancel()
      this.#lose(error)
      this.kill(error)
    }
  }

  #dispatch({ message }: SessionResponse): void {
    if (message === undefined) throw contractViolation('an unknown session message')
    switch (message.$case) {
      case 'opened':
        return this.#opened(message.value)
      case 'refused':
        return this.#refused(errorFromRefused(message.value))
      case 'verdict':
        if (this.#state === 'closed') return
        return this.#verdicts.answer(message.value.operationId, verdictFrom(message.value))
      case 'held': {
        const { operationId, approvalId, url, message: text, holdSeconds } = message.value
        const holdMillis = holdSeconds * 1000
        return this.#verdicts.held(operationId, { approvalId, url, message: text, holdMillis })
      }
      case 'toolsScreened':
        if (this.#state === 'closed') return
        return this.#screenings.answered(message.value)
      case 'estimateWanted':
        return void this.#answers.estimate(message.value.operationId)
      case 'catalogCheckWanted':
        return void this.#answers.checkCatalog(message.value)
      case 'closed':
        return this.#released()
      case 'kill': {
        const error = new SessionError('ERR_SESSION_KILLED', message.value.reason)
        this.#opening?.reject(error)
        return this.#object(error)
      }
    }
  }

  #opened(message: SessionOpened): void {
    const grant = grantFrom(message)
    if (this.#state === 'closed') return this.#surroundings.answered(message, grant)
    if (this.#state === 'unconfirmed') return this.#confirmed(message, grant)
    if (this.#grant !== undefined || this.#opening === undefined) {
      throw contractViolation('a session that was not asked for')
    }
    this.#grant = grant
    this.#state = 'open'
    this.#trace.opened(grant)
    this.#surroundings.answered(message, grant)
    this.#watchExpiry(grant.expiresAt)
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
    this.#state = 'open'
    this.#trace.opened(grant)
    this.#watchExpiry(grant.expiresAt)
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
    const stream = this.#stream
    stream.off('data', this.#receive).off('error', this.#lose).off('end', this.#lose)
    this.#surroundings.released(stream)
  }

  #watchExpiry(expiresAt: number): void {
    if (expiresAt === 0) return
    this.#timer.at(expiresAt, () => {
      this.kill(new AuthError('ERR_AUTH_EXPIRED_TOKEN', 'the credential of the session expired'))
    })
  }

  /** The stream is gone. Nothing can be decided or killed over it, so the session ends with the grace. */
  readonly #lose = (cause?: unknown): void => {
    if (this.#state === 'closed') this.#timer.clear()
    if (this.#lost !== undefined) return
    this.#lost = unavailable('the link to the control plane was lost', cause)
    this.#opening?.reject(this.#lost)
    this.#rejectWaiting(this.#lost)
    if (this.#grant === undefined) return this.#surroundings.ended()
    this.#timer.clear()
    const error = this.#lost
    const grace = this.#graceOf(this.#grant)
    if (grace === 0) this.kill(error)
    else this.#timer.after(grace, () => this.kill(error))
  }

  /** None for a session that the control plane has not confirmed: it may not even know of it. */
  #graceOf({ expiresAt }: SessionGrant): number {
    if (this.#state !== 'open') return 0
    const left = expiresAt === 0 ? Infinity : expiresAt - this.#surroundings.clock.now()
    return Math.min(this.#surroundings.graceMillis(), Math.max(0, left))
  }
}

/** One for all: it tells nothing but this. */
const isClosed = unavailable('the session is closed')

const withdrawReasons = {
  abandoned: WithdrawReason.WITHDRAW_REASON_ABANDONED,
  'hold-elapsed': WithdrawReason.WITHDRAW_REASON_HOLD_ELAPSED,
} as const

function unconfirmed(): Error {
  return unavailable('the control plane did not confirm the session in time')
}
