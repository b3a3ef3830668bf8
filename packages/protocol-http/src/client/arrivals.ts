import { LimitError, type GatewayError } from '@wardgate/errors'
import type { Exchange } from './exchange'
import { IdleClock } from './idle-clock'

/** More requests than this sent ahead of their answers are not read. */
export const MAX_AHEAD = 32

/** What has arrived on one client connection and nobody has taken yet, in order. */
export class Arrivals {
  readonly #waiting: Exchange[] = []
  readonly #failing = new AbortController()
  readonly #idle = new IdleClock(() => this.#wake())
  #isEnded = false
  #signal: AbortSignal | undefined
  #resolve: () => void = nobody

  /** Aborted when the rest of what the client sends cannot be read, with why. */
  get failed(): AbortSignal {
    return this.#failing.signal
  }

  get length(): number {
    return this.#waiting.length
  }

  add(exchange: Exchange): void {
    this.#waiting.push(exchange)
    this.#wake()
  }

  /** What was taken is for another session. */
  putBack(exchange: Exchange): void {
    this.#waiting.unshift(exchange)
  }

  /** What came is not HTTP; nothing after it can be understood. */
  fail(error: GatewayError): void {
    this.#failing.abort(error)
    this.#wake()
  }

  end(): void {
    this.#isEnded = true
    this.#idle.end()
    this.#signal?.removeEventListener('abort', this.#wake)
    this.#wake()
  }

  /**
   * Undefined = the client has gone. Throws what made the rest unreadable, the signal's reason, or that nothing has
   * come for so long.
   */
  async next(signal: AbortSignal, idleMillis?: number): Promise<Exchange | undefined> {
    this.#watch(signal)
    for (;;) {
      signal.throwIfAborted()
      const exchange = this.#waiting.shift()
      if (exchange !== undefined) return exchange
      this.#failing.signal.throwIfAborted()
      if (this.#isEnded) return undefined
      if (this.#idle.isOver) throw new LimitError('ERR_LIMIT_IDLE', 'the connection was idle')
      if (idleMillis !== undefined) this.#idle.start(idleMillis)
      await new Promise<void>((resolve) => (this.#resolve = resolve))
      this.#idle.stop()
    }
  }

  takeAll(): readonly Exchange[] {
    return this.#waiting.splice(0)
  }

  readonly #wake = (): void => {
    this.#resolve()
    this.#resolve = nobody
  }

  /** One listener a session: one a wait costs more than the wait. */
  #watch(signal: AbortSignal): void {
    if (signal === this.#signal) return
    this.#signal?.removeEventListener('abort', this.#wake)
    this.#signal = signal
    if (!this.#isEnded) signal.addEventListener('abort', this.#wake)
  }
}

function nobody(): void {
  // Nobody waits.
}
