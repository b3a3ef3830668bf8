import type { Clock } from '@wardgate/gateway'

/** Between two readings that clients cause. */
const leastRestMillis = 300
/** And of the target's time they take one part in so many at most. */
const restFactor = 4
/** Rests are up to so much longer, so that agents of one target do not read in step. */
const jitter = 1 / 4

export interface ReadingPaceOptions {
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
  /** Resolves when a reading that begins after the call has ended. */
  readonly read: () => Promise<void>
}

/** Readings of one database that clients cause by what they ask for: however much they ask, one after the other, with rests. */
export class ReadingPace {
  readonly #options: ReadingPaceOptions
  #next: Promise<void> | undefined
  #restsUntil = 0

  constructor(options: ReadingPaceOptions) {
    this.#options = options
  }

  /** Resolves when a reading that begins after the call has ended; shared by all who ask before it begins. */
  inTurn(): Promise<void> {
    return (this.#next ??= this.#rest().then(() => {
      this.#next = undefined
      return this.#read()
    }))
  }

  async #rest(): Promise<void> {
    const millis = this.#restsUntil - this.#options.clock.now()
    if (millis > 0) await new Promise((resolve) => setTimeout(resolve, millis).unref())
  }

  async #read(): Promise<void> {
    const { clock, random, read } = this.#options
    const started = clock.now()
    this.#restsUntil = started + leastRestMillis
    await read()
    const now = clock.now()
    const rest = Math.max(leastRestMillis, restFactor * (now - started))
    this.#restsUntil = now + rest * (1 + jitter * random())
  }
}
