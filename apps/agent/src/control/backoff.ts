export interface BackoffOptions {
  readonly firstMillis: number
  readonly maximumMillis: number
  /** So many waits are short ones before they begin to grow; default 0. */
  readonly shortWaits?: number
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
    const { firstMillis, maximumMillis, shortWaits = 0, random } = this.#options
    const growth = Math.min(Math.max(0, this.#attempts - shortWaits), 30)
    const ceiling = Math.min(maximumMillis, firstMillis * 2 ** growth)
    this.#attempts += 1
    return Math.ceil(ceiling / 2 + (random() * ceiling) / 2)
  }

  reset(): void {
    this.#attempts = 0
  }
}
