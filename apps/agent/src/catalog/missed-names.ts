import type { ReadingPace } from './reading-pace'

/** Names of one database that are remembered as absent. */
const maximumNames = 1_000

export interface MissedNamesOptions {
  /** True when another catalog than the known one was announced just now. */
  readonly announcedInstead: (known: string) => boolean
  /** A reading that somebody else has asked for. */
  readonly underWay: () => Promise<void> | undefined
  readonly pace: ReadingPace
}

/**
 * Looks into a database's catalog for names that operations miss. Whoever makes names up makes the target work no more
 * than at this pace, and for one name once.
 */
export class MissedNames {
  readonly #options: MissedNamesOptions
  readonly #absent = new Set<string>()
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
    const { announcedInstead, underWay, pace } = this.#options
    // First of all: what went through the gateway a moment ago is in this one, and perhaps not in the one before.
    await underWay()
    if (announcedInstead(known)) return
    if (names.length > 0 && names.every((name) => this.#absent.has(name))) return
    const before = this.#forgotten
    await pace.inTurn()
    // Something changed while it was read, perhaps behind it.
    if (announcedInstead(known) || this.#forgotten !== before) return
    if (this.#absent.size + names.length > maximumNames) this.#absent.clear()
    for (const name of names) this.#absent.add(name)
  }
}
