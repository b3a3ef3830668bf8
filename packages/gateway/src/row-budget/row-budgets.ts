import { HourOfRows } from './hour-of-rows'

/** Principals on connections whose rows are counted at a time. */
const maxCounted = 10_000

/** What every principal has got through every connection within the last hour; one for all sessions of an agent. */
export class RowBudgets {
  readonly #hours = new Map<string, HourOfRows>()

  /** Undefined = more are counted than there is room for, so nobody knows: the caller refuses. */
  of(principalId: string, connectionId: string, now: number): HourOfRows | undefined {
    const key = JSON.stringify([principalId, connectionId])
    const known = this.#hours.get(key)
    if (known !== undefined) return known
    if (this.#hours.size >= maxCounted) this.#forgetIdle(now)
    if (this.#hours.size >= maxCounted) return undefined
    const hour = new HourOfRows()
    this.#hours.set(key, hour)
    return hour
  }

  #forgetIdle(now: number): void {
    for (const [key, hour] of this.#hours) if (hour.rowsAt(now) === 0) this.#hours.delete(key)
  }
}
