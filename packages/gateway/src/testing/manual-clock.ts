import type { Clock, Timers } from '../ports'

interface Pending {
  readonly at: number
  readonly run: () => void
}

/** A clock that stands still until it is told to advance; its timers run in order, within `advance`. */
export class ManualClock implements Clock, Timers {
  #now: number
  readonly #pending = new Set<Pending>()

  constructor(now = Date.UTC(2030, 0, 1)) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  micros(): number {
    return this.#now * 1000
  }

  after(millis: number, run: () => void): () => void {
    const pending = { at: this.#now + millis, run }
    this.#pending.add(pending)
    return () => this.#pending.delete(pending)
  }

  get pendingTimers(): number {
    return this.#pending.size
  }

  advance(millis: number): void {
    const end = this.#now + millis
    for (;;) {
      const due = [...this.#pending].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      if (due === undefined) break
      this.#now = Math.max(this.#now, due.at)
      this.#pending.delete(due)
      due.run()
    }
    this.#now = end
  }
}
