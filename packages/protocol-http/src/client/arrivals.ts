import { LimitError, type GatewayError } from '@wardgate/errors'
import type { Exchange } from './exchange'

/** More requests than this sent ahead of their answers are not read. */
export const MAX_AHEAD = 32

/** What has arrived on one client connection and nobody has taken yet, in order. */
export class Arrivals {
  readonly #waiting: Exchange[] = []
  readonly #failing = new AbortController()
  #isEnded = false
  #wake: () => void = () => undefined

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
    this.#wake()
  }

  /**
   * Undefined = the client has gone. Throws what made the rest unreadable, the signal's reason, or that nothing has
   * come for so long.
   */
  async next(signal: AbortSignal, idleMillis?: number): Promise<Exchange | undefined> {
    const idle = { isOver: false }
    const timer =
      idleMillis === undefined || this.#waiting.length > 0
        ? undefined
        : setTimeout(() => {
            idle.isOver = true
            this.#wake()
          }, idleMillis)
    try {
      return await this.#next(signal, idle)
    } finally {
      clearTimeout(timer)
    }
  }

  async #next(
    signal: AbortSignal,
    idle: { readonly isOver: boolean },
  ): Promise<Exchange | undefined> {
    for (;;) {
      signal.throwIfAborted()
      const exchange = this.#waiting.shift()
      if (exchange !== undefined) return exchange
      this.#failing.signal.throwIfAborted()
      if (this.#isEnded) return undefined
      if (idle.isOver) throw new LimitError('ERR_LIMIT_IDLE', 'the connection was idle')
      await this.#changed(signal)
    }
  }

  takeAll(): readonly Exchange[] {
    return this.#waiting.splice(0)
  }

  #changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        signal.removeEventListener('abort', wake)
        resolve()
      }
      this.#wake = wake
      signal.addEventListener('abort', wake)
    })
  }
}
