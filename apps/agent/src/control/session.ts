import type { ClientDuplexStream } from '@grpc/grpc-js'
import { type SessionRequest, type SessionResponse, WithdrawReason } from '@wardgate/contract'
import {
  ApprovalError,
  AuthError,
  ControlError,
  SessionError,
  toGatewayError,
} from '@wardgate/errors'
import type {
  Clock,
  ControlSession,
  ControlVerdict,
  Hold,
  OfferedTool,
  OpenRequest,
  Operation,
  SessionGrant,
} from '@wardgate/gateway'
import { grantFrom } from './grant'
import type { Spans } from '@wardgate/tracing'
import { operationToWire } from './operation'
import { errorFromRefused } from './refusal'
import { Screenings } from './screenings'
import { SessionTrace } from './session-trace'
import { bytesToWire } from './statement'
import { verdictFrom } from './verdict'
import { contractViolation } from './violation'

export type SessionStream = ClientDuplexStream<SessionRequest, SessionResponse>

/** Operations of one session that wait for a verdict; the gateway's own bound is lower. */
const maximumWaiting = 4096
/** Withdrawn operations whose verdict may still be under way. */
const maximumWithdrawn = 1024
/** Longest that a timer can wait. */
const maximumTimerMillis = 2 ** 31 - 1

interface Waiting {
  resolve(verdict: ControlVerdict): void
  reject(error: Error): void
  readonly held: (hold: Hold) => void
}

export interface SessionSurroundings {
  readonly clock: Clock
  /** How long the session may live on its memo when the link is lost. */
  readonly graceMillis: () => number
  readonly ended: (session: StreamSession) => void
  readonly spans: Spans
}

/** One session over its own stream. Whatever ends the stream ends the session, after the grace. */
export class StreamSession implements ControlSession {
  readonly #stream: SessionStream
  readonly #surroundings: SessionSurroundings
  readonly #killed = new AbortController()
  readonly #waiting = new Map<string, Waiting>()
  readonly #withdrawn = new Set<string>()
  readonly #trace: SessionTrace
  readonly #screenings: Screenings
  #opening: { resolve(): void; reject(error: Error): void } | undefined
  #grant: SessionGrant | undefined
  #lost: Error | undefined
  #isStored = false
  #closed = false
  #timer: NodeJS.Timeout | undefined

  constructor(stream: SessionStream, surroundings: SessionSurroundings) {
    this.#stream = stream
    this.#surroundings = surroundings
    this.#trace = new SessionTrace(surroundings.spans)
    this.#screenings = new Screenings((message) => stream.write({ message }))
    stream.on('data', (response: SessionResponse) => this.#receive(response))
    stream.on('error', (error) => this.#lose(error))
    stream.on('end', () => this.#lose(undefined))
  }

  /** Sends the request; resolves when the control plane has opened the session. */
  async open(request: OpenRequest, signal: AbortSignal): Promise<this> {
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
        const traceparent = this.#trace.begin(request)
        this.#stream.write({ message: { $case: 'open', value: openToWire(request, traceparent) } })
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

  get grant(): SessionGrant {
    if (this.#grant === undefined) throw contractViolation('no session yet')
    return this.#grant
  }

  get killed(): AbortSignal {
    return this.#killed.signal
  }

  get isStored(): boolean {
    return this.#isStored
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
    if (this.#waiting.size >= maximumWaiting) {
      return Promise.reject(unavailable('too many operations wait for a verdict'))
    }
    const decision = this.#trace.decide(operationId, operation)
    return decision.follow(
      new Promise((resolve, reject) => {
        this.#waiting.set(operationId, { resolve, reject, held })
        const { traceparent } = decision
        const value = { operationId, operation: operationToWire(operation), traceparent }
        this.#stream.write({ message: { $case: 'decide', value } })
      }),
    )
  }

  screenTools(tools: readonly OfferedTool[]): Promise<readonly boolean[]> {
    return this.#lost === undefined ? this.#screenings.ask(tools) : Promise.reject(this.#lost)
  }

  withdraw(operationId: string, reason: 'abandoned' | 'hold-elapsed'): void {
    const waiting = this.#waiting.get(operationId)
    if (waiting === undefined || this.#lost !== undefined) return
    this.#waiting.delete(operationId)
    if (this.#withdrawn.size >= maximumWithdrawn) this.#withdrawn.clear()
    this.#withdrawn.add(operationId)
    const value = { operationId, reason: withdrawReasons[reason] }
    this.#stream.write({ message: { $case: 'withdraw', value } })
    waiting.reject(new ApprovalError('ERR_APPROVAL_CANCELLED', 'the operation was withdrawn'))
  }

  /** Ends the session from outside: an administrator, or the agent's own drain. */
  kill(error: Error): void {
    clearTimeout(this.#timer)
    this.#killed.abort(error)
  }

  close(reason: string): void {
    if (this.#closed) return
    this.#closed = true
    clearTimeout(this.#timer)
    this.#surroundings.ended(this)
    this.#trace.end()
    const wasLost = this.#lost !== undefined
    this.#lost ??= unavailable('the session is closed')
    this.#rejectWaiting(this.#lost)
    if (wasLost) return
    this.#stream.write({ message: { $case: 'close', value: { reason } } })
    this.#stream.end()
  }

  #receive(response: SessionResponse): void {
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
        return this.#opened(grantFrom(message.value))
      case 'refused':
        return this.#refused(errorFromRefused(message.value))
      case 'stored':
        this.#isStored = true
        return
      case 'verdict': {
        const verdict = verdictFrom(message.value)
        return this.#take(message.value.operationId)?.resolve(verdict)
      }
      case 'held': {
        const { operationId, approvalId, url, message: text, holdSeconds } = message.value
        const holdMillis = holdSeconds * 1000
        this.#waiting.get(operationId)?.held({ approvalId, url, message: text, holdMillis })
        return
      }
      case 'toolsScreened':
        return this.#screenings.answered(message.value)
      case 'kill': {
        const error = new SessionError('ERR_SESSION_KILLED', message.value.reason)
        this.#opening?.reject(error)
        return this.kill(error)
      }
    }
  }

  #opened(grant: SessionGrant): void {
    if (this.#grant !== undefined || this.#opening === undefined) {
      throw contractViolation('a session that was not asked for')
    }
    this.#grant = grant
    this.#trace.opened(grant)
    if (grant.expiresAt > 0) this.#watchExpiry(grant.expiresAt)
    this.#opening.resolve()
  }

  #refused(error: Error): void {
    if (this.#opening === undefined) throw contractViolation('a refusal that was not asked for')
    this.#trace.refused(error)
    this.#opening.reject(error)
  }

  #take(operationId: string): Waiting | undefined {
    const waiting = this.#waiting.get(operationId)
    if (waiting === undefined) {
      if (this.#withdrawn.delete(operationId)) return undefined
      throw contractViolation('a verdict that was not asked for')
    }
    this.#waiting.delete(operationId)
    return waiting
  }

  #watchExpiry(expiresAt: number): void {
    const left = expiresAt - this.#surroundings.clock.now()
    this.#timer = setTimeout(
      () => {
        if (left > maximumTimerMillis) return this.#watchExpiry(expiresAt)
        this.kill(new AuthError('ERR_AUTH_EXPIRED_TOKEN', 'the credential of the session expired'))
      },
      Math.min(Math.max(left, 0), maximumTimerMillis),
    ).unref()
  }

  /** The stream is gone. Nothing can be decided or killed over it, so the session ends with the grace. */
  #lose(cause: unknown): void {
    if (this.#lost !== undefined) return
    this.#lost = unavailable('the link to the control plane was lost', cause)
    this.#opening?.reject(this.#lost)
    this.#rejectWaiting(this.#lost)
    if (this.#grant === undefined) return this.#surroundings.ended(this)
    clearTimeout(this.#timer)
    const error = this.#lost
    const left =
      this.#grant.expiresAt === 0
        ? Infinity
        : Math.max(0, this.#grant.expiresAt - this.#surroundings.clock.now())
    const grace = Math.min(this.#surroundings.graceMillis(), left)
    if (grace === 0) this.kill(error)
    else this.#timer = setTimeout(() => this.kill(error), grace).unref()
  }

  #rejectWaiting(error: Error): void {
    const all = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const waiting of all) waiting.reject(error)
    this.#screenings.fail(error)
  }
}

const withdrawReasons = {
  abandoned: WithdrawReason.WITHDRAW_REASON_ABANDONED,
  'hold-elapsed': WithdrawReason.WITHDRAW_REASON_HOLD_ELAPSED,
} as const

function keyProofToWire(proof: OpenRequest['unverifiedProof']) {
  if (proof === undefined) return undefined
  const { algorithm, publicKey, signed, signature } = proof
  return {
    algorithm,
    publicKey: bytesToWire(publicKey),
    signed: bytesToWire(signed),
    signature: bytesToWire(signature),
  }
}

function openToWire(request: OpenRequest, traceparent: string) {
  return {
    connectionName: request.connection,
    protocol: request.protocol,
    credential: request.unverifiedCredential,
    database: request.database,
    clientAddress: request.clientAddress,
    listener: request.listener,
    claimed: Object.entries(request.claimed).map(([name, value]) => ({ name, value })),
    keyProof: keyProofToWire(request.unverifiedProof),
    traceparent,
  }
}

function unavailable(message: string, cause?: unknown): ControlError {
  return new ControlError('ERR_CONTROL_UNAVAILABLE', message, { cause })
}
