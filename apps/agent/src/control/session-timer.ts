import { type Clock, systemTimers } from '@wardgate/gateway'

/** The one thing that a session waits for at a time. */
export class SessionTimer {
  readonly #clock: Clock
  #cancel = (): void => undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** In place of what was waited for before. */
  after(millis: number, then: () => void): void {
    this.clear()
    this.#cancel = systemTimers.after(millis, then)
  }

  /** At a time of the clock, however far it is. */
  at(time: number, then: () => void): void {
    this.after(Math.max(0, time - this.#clock.now()), then)
  }

  clear(): void {
    this.#cancel()
  }
}
