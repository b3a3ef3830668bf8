import type { Clock } from '@wardgate/gateway'

/** Longest that a timer of the system can wait. */
const maximumTimerMillis = 2 ** 31 - 1

/** The one thing that a session waits for at a time. */
export class SessionTimer {
  readonly #clock: Clock
  #timer: NodeJS.Timeout | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** In place of what was waited for before. */
  after(millis: number, then: () => void): void {
    this.clear()
    this.#timer = setTimeout(then, millis).unref()
  }

  /** At a time of the clock, however far it is. */
  at(time: number, then: () => void): void {
    const left = time - this.#clock.now()
    this.after(Math.min(Math.max(left, 0), maximumTimerMillis), () => {
      if (left > maximumTimerMillis) this.at(time, then)
      else then()
    })
  }

  clear(): void {
    clearTimeout(this.#timer)
  }
}
