import { ApprovalError, ControlError, toGatewayError, type GatewayError } from '@wardgate/errors'
import type { ControlVerdict, Hold } from '../ports'
import type { Attempt } from './attempt'

type End = { readonly verdict: ControlVerdict } | { readonly error: unknown }

/** One wait for a verdict: ends once, by whatever comes first. What comes later is never acted on. */
export class VerdictWait {
  readonly verdict: Promise<ControlVerdict>
  readonly #attempt: Attempt
  readonly #operationId: string
  #finish: (end: End) => void = () => undefined
  #stopTimer: () => void = () => undefined
  #isOver = false
  #isHeld = false

  constructor(attempt: Attempt) {
    this.#attempt = attempt
    this.#operationId = attempt.operationId
    this.verdict = new Promise((resolve, reject) => {
      this.#finish = (end) => {
        if ('verdict' in end) resolve(end.verdict)
        else reject(toGatewayError(end.error))
      }
    })
    this.#begin()
  }

  /** The client cancelled. */
  withdraw(): void {
    const message = 'the operation was cancelled while it waited for a decision'
    this.#giveUp(new ApprovalError('ERR_APPROVAL_CANCELLED', message), 'abandoned')
  }

  #begin(): void {
    const { context, operation } = this.#attempt
    context.waiting.add(this)
    context.signal.addEventListener('abort', this.#aborted)
    this.#given?.addEventListener('abort', this.#givenUp)
    this.#stopTimer = context.timers.after(context.limits.decideMillis, this.#unanswered)
    context.session
      .decide(this.#operationId, operation, this.#held)
      .then((verdict) => this.#end({ verdict }))
      .catch((error: unknown) => this.#end({ error }))
    if (this.#given?.aborted === true) this.withdraw()
  }

  get #given(): AbortSignal | undefined {
    return this.#attempt.holdListener?.signal
  }

  readonly #givenUp = (): void => this.withdraw()

  readonly #aborted = (): void => {
    this.#giveUp(this.#attempt.context.signal.reason, 'abandoned')
  }

  readonly #unanswered = (): void => {
    const message = 'the control plane did not decide in time'
    this.#giveUp(new ControlError('ERR_CONTROL_UNAVAILABLE', message), 'abandoned')
  }

  readonly #held = (hold: Hold): void => {
    if (this.#isOver || this.#isHeld) return
    this.#isHeld = true
    const { context, holdListener } = this.#attempt
    const { approvalId } = hold
    const maxMillis = holdListener?.maxMillis ?? Number.POSITIVE_INFINITY
    this.#stopTimer()
    this.#stopTimer = context.timers.after(
      Math.max(0, Math.min(hold.holdMillis, context.limits.holdMillis, maxMillis)),
      () => this.#giveUp(pending(hold), 'hold-elapsed'),
    )
    context.log.info({ operationId: this.#operationId, approvalId }, 'operation held')
    try {
      holdListener?.held({ approvalId, url: hold.url, message: hold.message })
    } catch (error) {
      // The client was not told that it waits; the wait itself stands.
      context.log.warn({ operationId: this.#operationId, err: error }, 'hold not told')
    }
  }

  #giveUp(error: unknown, reason: 'abandoned' | 'hold-elapsed'): void {
    if (this.#isOver) return
    this.#end({ error })
    this.#attempt.context.session.withdraw(this.#operationId, reason)
  }

  #end(end: End): void {
    if (this.#isOver) return
    this.#isOver = true
    const { context } = this.#attempt
    this.#stopTimer()
    context.waiting.delete(this)
    context.signal.removeEventListener('abort', this.#aborted)
    this.#given?.removeEventListener('abort', this.#givenUp)
    this.#finish(end)
  }
}

function pending({ approvalId, url, message: why }: Hold): GatewayError {
  const message = `${why}; approval ${approvalId} is pending at ${url}`
  return new ApprovalError('ERR_APPROVAL_PENDING', message, { retryable: true })
}
