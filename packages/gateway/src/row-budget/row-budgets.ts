import type { HourlyRows } from '../ports'
import { RowBudget, type RowBudgetParts } from './row-budget'

/** Budgets at a time. */
const maxBudgets = 10_000

/** The budgets of all sessions of an agent. The count itself is the control plane's, over all agents. */
export class RowBudgets {
  readonly #parts: RowBudgetParts
  readonly #budgets = new Map<string, RowBudget>()

  constructor(parts: RowBudgetParts) {
    this.#parts = parts
  }

  /** Undefined = there are more than there is room for: the caller refuses. */
  of(hourly: HourlyRows): RowBudget | undefined {
    const key = JSON.stringify([hourly.principalId, hourly.connectionId, hourly.limit])
    const known = this.#budgets.get(key)
    if (known !== undefined) return known
    if (this.#budgets.size >= maxBudgets) this.#forgetIdle()
    if (this.#budgets.size >= maxBudgets) return undefined
    const budget = new RowBudget(this.#parts, hourly)
    this.#budgets.set(key, budget)
    return budget
  }

  /** Settles when everything is given back. */
  async giveBack(): Promise<void> {
    await Promise.all([...this.#budgets.values()].map((budget) => budget.giveBack()))
  }

  #forgetIdle(): void {
    for (const [key, budget] of this.#budgets) if (budget.isIdle) this.#budgets.delete(key)
  }
}
