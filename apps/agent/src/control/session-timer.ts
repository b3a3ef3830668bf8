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

  /** However far that is; 0 = what was granted does not expire. */
  atExpiry(expiresAt: number, then: () => void): void {
    if (expiresAt !== 0) this.after(this.untilExpiry(expiresAt), then)
  }

  untilExpiry(expiresAt: number): number {
    return expiresAt === 0 ? Infinity : Math.max(0, expiresAt - this.#clock.now())
  }

  clear(): void {
    this.#cancel()
  }
}
