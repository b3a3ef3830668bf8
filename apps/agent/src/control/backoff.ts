export interface BackoffOptions {
  readonly firstMillis: number
  readonly maximumMillis: number
  /** In [0, 1); injected for tests. */
  readonly random: () => number
}

/** Exponential waits with full jitter, so that agents do not return to a restarted control plane all at once. */
export class Backoff {
  readonly #options: BackoffOptions
  #attempts = 0

  constructor(options: BackoffOptions) {
    this.#options = options
  }

  next(): number {
    const { firstMillis, maximumMillis, random } = this.#options
    const ceiling = Math.min(maximumMillis, firstMillis * 2 ** Math.min(this.#attempts, 30))
    this.#attempts += 1
    return Math.ceil(ceiling / 2 + (random() * ceiling) / 2)
  }

  reset(): void {
    this.#attempts = 0
  }
}
