import type { ControlPlane, HourlyRows, Log, RowLease, Timers } from '../ports'

export interface RowBudgetParts {
  readonly controlPlane: Pick<ControlPlane, 'leaseRows' | 'returnRows'>
  readonly timers: Timers
  readonly log: Log
}

/** What one principal still gets through one connection under one limit, as far as it is leased to this agent. */
export class RowBudget {
  readonly #parts: RowBudgetParts
  readonly #hourly: HourlyRows
  #left = 0
  #lease: RowLease | undefined
  #stopTimer: () => void = () => undefined
  #asking: Promise<boolean> | undefined

  constructor(parts: RowBudgetParts, hourly: HourlyRows) {
    this.#parts = parts
    this.#hourly = hourly
  }

  /** Nothing is leased, and nothing asked for. */
  get isIdle(): boolean {
    return this.#lease === undefined && this.#asking === undefined
  }

  /** Hands out one row of what is leased. */
  take(): boolean {
    if (this.#left === 0) return false
    this.#left -= 1
    return true
  }

  /** Asks for more, once for all that wait. False = the budget is used up. Rejects when nobody can say. */
  refill(): Promise<boolean> {
    this.#asking ??= this.#ask().finally(() => (this.#asking = undefined))
    return this.#asking
  }

  /** Settles when what is left is given back, or cannot be: then it counts as handed out. */
  async giveBack(): Promise<void> {
    const { controlPlane, log } = this.#parts
    const lease = this.#lease
    const rows = this.#left
    this.#stopTimer()
    this.#lease = undefined
    this.#left = 0
    if (lease === undefined || rows === 0) return
    try {
      await controlPlane.returnRows(this.#hourly, { ...lease, rows })
    } catch (err) {
      log.warn({ err, rows }, 'leased rows not given back')
    }
  }

  async #ask(): Promise<boolean> {
    if (this.#left > 0) return true
    const { controlPlane, timers } = this.#parts
    const lease = await controlPlane.leaseRows(this.#hourly)
    this.#stopTimer()
    if (lease.rows === 0) {
      this.#lease = undefined
      return false
    }
    this.#lease = lease
    this.#left = lease.rows
    // Rows that were handed out later would fall out of the hour too early.
    this.#stopTimer = timers.after(lease.millis, () => void this.giveBack())
    return true
  }
}
