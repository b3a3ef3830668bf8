export interface Rate {
  readonly burst: number
  readonly perSecond: number
}

/** So many at once, then so many a second. */
export class TokenBucket {
  readonly #rate: Rate
  #tokens: number
  #refilledAt: number

  constructor(rate: Rate, nowMillis: number) {
    this.#rate = rate
    this.#tokens = rate.burst
    this.#refilledAt = nowMillis
  }

  take(nowMillis: number): boolean {
    const { burst, perSecond } = this.#rate
    const seconds = Math.max(0, nowMillis - this.#refilledAt) / 1000
    this.#tokens = Math.min(burst, this.#tokens + seconds * perSecond)
    this.#refilledAt = nowMillis
    if (this.#tokens < 1) return false
    this.#tokens -= 1
    return true
  }
}
