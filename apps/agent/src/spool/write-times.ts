/** Unix milliseconds at which the record with this sequence number was written. */
export interface Written {
  readonly sequence: number
  readonly millis: number
}

/** Records closer than this share a time, the earliest, while the backlog is short. */
const leastSpacingMillis = 1000
/** Half an hour of a steady load; of a longer backlog they are kept further apart. */
const mostTimes = 2048

/**
 * When records were written, as closely as an alarm needs and bounded whatever the backlog is. Where times were left out
 * an earlier one counts: a record is never said to be younger than it is.
 */
export class WriteTimes {
  #times: Written[] = []
  #spacingMillis = leastSpacingMillis

  note(sequence: number, millis: number): void {
    const last = this.#times.at(-1)
    if (last !== undefined && Math.abs(millis - last.millis) < this.#spacingMillis) return
    this.#times.push({ sequence, millis })
    if (this.#times.length <= mostTimes) return
    this.#times = this.#times.filter((_, at) => at % 2 === 0)
    this.#spacingMillis *= 2
  }

  /** Nobody will ask for records before this one. */
  forgetBefore(sequence: number): void {
    const at = this.#times.findLastIndex((written) => written.sequence <= sequence)
    if (at > 0) this.#times.splice(0, at)
    if (this.#times.length <= 1) this.#spacingMillis = leastSpacingMillis
  }

  of(sequence: number): number | undefined {
    return this.#times.findLast((written) => written.sequence <= sequence)?.millis
  }
}
