import type { Clock } from '@wardgate/gateway'

/** Between two readings that are made only because somebody misses a name. */
const leastRestMillis = 300
/** And of the target's time they take one part in so many at most. */
const restFactor = 4
/** Names of one database that are remembered as absent. */
const maximumNames = 1_000

export interface MissedNamesOptions {
  readonly clock: Clock
  /** True when another catalog than the known one was announced just now. */
  readonly announcedInstead: (known: string) => boolean
  /** A reading that somebody else has asked for. */
  readonly underWay: () => Promise<void> | undefined
  /** Resolves when a reading that begins after the call has ended. */
  readonly read: () => Promise<void>
}

/**
 * Looks into a database's catalog for names that operations miss. Whoever makes names up makes the target work no more
 * than at this pace, and for one name once.
 */
export class MissedNames {
  readonly #options: MissedNamesOptions
  readonly #absent = new Set<string>()
  #next: Promise<void> | undefined
  #restsUntil = 0
  #forgotten = 0

  constructor(options: MissedNamesOptions) {
    this.#options = options
  }

  /** What was absent may be there now. */
  forget(): void {
    this.#absent.clear()
    this.#forgotten += 1
  }

  async lookFor(names: readonly string[], known: string): Promise<void> {
    const { announcedInstead, underWay } = this.#options
    // First of all: what went through the gateway a moment ago is in this one, and perhaps not in the one before.
    await underWay()
    if (announcedInstead(known)) return
    if (names.length > 0 && names.every((name) => this.#absent.has(name))) return
    const before = this.#forgotten
    await (this.#next ?? this.#readInTurn())
    // Something changed while it was read, perhaps behind it.
    if (announcedInstead(known) || this.#forgotten !== before) return
    if (this.#absent.size + names.length > maximumNames) this.#absent.clear()
    for (const name of names) this.#absent.add(name)
  }

  /** Shared by all who ask before it begins. */
  #readInTurn(): Promise<void> {
    const turn = this.#rest().then(() => {
      this.#next = undefined
      return this.#read()
    })
    this.#next = turn
    return turn
  }

  async #rest(): Promise<void> {
    const millis = this.#restsUntil - this.#options.clock.now()
    if (millis > 0) await new Promise((resolve) => setTimeout(resolve, millis).unref())
  }

  async #read(): Promise<void> {
    const { clock, read } = this.#options
    const started = clock.now()
    this.#restsUntil = started + leastRestMillis
    await read()
    const now = clock.now()
    this.#restsUntil = now + Math.max(leastRestMillis, restFactor * (now - started))
  }
}
