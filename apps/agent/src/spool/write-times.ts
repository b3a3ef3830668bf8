/** Unix milliseconds at which the record with this sequence number was written. */
export interface Written {
  readonly sequence: number
  readonly millis: number
}

/** Records closer than this share a time: the earliest. */
const spacingMillis = 1000
/** Half an hour of a steady load; of an older backlog fewer times are kept. */
const mostTimes = 2048

/**
 * When records were written, as closely as an alarm needs and bounded whatever the backlog is. Where times were left out
 * an earlier one counts: a record is never said to be younger than it is.
 */
export class WriteTimes {
  #times: Written[] = []

  note(sequence: number, millis: number): void {
    const last = this.#times.at(-1)
    if (last !== undefined && Math.abs(millis - last.millis) < spacingMillis) return
    this.#times.push({ sequence, millis })
    if (this.#times.length > mostTimes) this.#times = this.#times.filter((_, at) => at % 2 === 0)
  }

  /** Records before this one no longer count. */
  forgetBefore(sequence: number): void {
    const at = this.#times.findLastIndex((written) => written.sequence <= sequence)
    if (at > 0) this.#times.splice(0, at)
  }

  /** Of the oldest record that counts. */
  get oldest(): number | undefined {
    return this.#times[0]?.millis
  }
}
