import type { Outcome, Permit } from '@wardgate/gateway'

export interface Counts {
  readonly bytes: number
  readonly maskedCells: number
}

/** The one outcome of a permit: what is settled first stands. */
export class Settlement {
  readonly #permit: Permit
  #counts: () => Counts = () => ({ bytes: 0, maskedCells: 0 })
  #fallback: Outcome['status'] = 'cancelled'
  #isSettled = false

  constructor(permit: Permit) {
    this.#permit = permit
  }

  /** From now on the target may have done something. */
  forwarded(): void {
    this.#fallback = 'unknown'
  }

  /** Where to ask what went to the client. */
  count(counts: () => Counts): void {
    this.#counts = counts
  }

  settle(outcome: Pick<Outcome, 'status' | 'completion' | 'error'>): void {
    if (this.#isSettled) return
    this.#isSettled = true
    this.#permit.settle({ ...outcome, rows: 0, ...this.#counts() })
  }

  /** Whatever happened, there is an outcome. */
  end(): void {
    this.settle({ status: this.#fallback })
  }
}
