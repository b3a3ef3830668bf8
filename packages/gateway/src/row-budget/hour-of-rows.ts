const minuteMillis = 60_000
/** One more than an hour has, so that the minute that began an hour ago still counts whole. */
const minutes = 61

/** Counts rows by the minute; what is older than an hour is forgotten. */
export class HourOfRows {
  readonly #byMinute = new Float64Array(minutes)
  #minute = 0
  #total = 0

  rowsAt(now: number): number {
    this.#advance(now)
    return this.#total
  }

  /** Counts one more row unless the limit is reached. */
  take(now: number, limit: number): boolean {
    this.#advance(now)
    if (this.#total >= limit) return false
    this.#total += 1
    const at = this.#minute % minutes
    this.#byMinute[at] = (this.#byMinute[at] ?? 0) + 1
    return true
  }

  #advance(now: number): void {
    // A clock that was set back must not open the window early.
    const minute = Math.max(this.#minute, Math.floor(now / minuteMillis))
    const passed = Math.min(minute - this.#minute, minutes)
    for (let step = 1; step <= passed; step += 1) {
      const at = (this.#minute + step) % minutes
      this.#total -= this.#byMinute[at] ?? 0
      this.#byMinute[at] = 0
    }
    if (passed === minutes) this.#total = 0
    this.#minute = minute
  }
}
