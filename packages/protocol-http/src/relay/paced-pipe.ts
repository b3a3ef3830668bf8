import { toGatewayError } from '@wardgate/errors'
import type { Permit } from '@wardgate/gateway'
import type { BodyPipe, BodySink } from './pipe'
import { nothing, stepsOf, TURN_MILLIS } from './turns'

export interface PacedPipeOptions {
  readonly masker: ReturnType<Permit['body']>
  readonly next: BodyPipe<Uint8Array>
  readonly sink: Pick<BodySink, 'fail'>
  /** Called when the pipe takes more again after `write` said false. */
  readonly goOn: () => void
}

/**
 * A body through its masker, a little at a time: one that takes long to look at must not hold up every other session of
 * the agent.
 */
export class PacedPipe implements BodyPipe {
  readonly #options: PacedPipeOptions
  #steps: Buffer[] = []
  #isBlocked = false
  #isScheduled = false
  #isEnding = false
  #isDestroyed = false

  constructor(options: PacedPipeOptions) {
    this.#options = options
  }

  write(chunk: Buffer): boolean {
    this.#steps.push(...stepsOf(chunk))
    return !this.#isWaiting && this.#work()
  }

  end(): void {
    this.#isEnding = true
    if (!this.#isScheduled && (!this.#isBlocked || !this.#isBusy)) this.#work()
  }

  drained(): void {
    this.#isBlocked = false
    if (this.#isScheduled) return
    if (this.#isBusy) this.#schedule()
    else this.#options.goOn()
  }

  destroy(): void {
    this.#isDestroyed = true
    this.#steps = []
    this.#options.next.destroy()
  }

  get #isBusy(): boolean {
    return this.#steps.length > 0 || this.#options.masker.isBehind
  }

  get #isWaiting(): boolean {
    return this.#isScheduled || this.#isBlocked
  }

  /** True when all is done and more may come. */
  #work(): boolean {
    const { masker, next } = this.#options
    const until = performance.now() + TURN_MILLIS
    while (this.#isBusy) {
      if (this.#isBlocked) return false
      if (performance.now() >= until) {
        this.#schedule()
        return false
      }
      this.#pass(masker.write(masker.isBehind ? nothing : (this.#steps.shift() ?? nothing)))
    }
    if (this.#isEnding) {
      this.#pass(masker.end())
      next.end()
    }
    return !this.#isBlocked
  }

  #pass(shown: Uint8Array): void {
    if (shown.length > 0 && !this.#options.next.write(shown)) this.#isBlocked = true
  }

  #schedule(): void {
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      if (this.#isDestroyed) return
      try {
        if (this.#work() && !this.#isEnding) this.#options.goOn()
      } catch (caught) {
        this.#options.sink.fail(toGatewayError(caught))
      }
    })
  }
}
