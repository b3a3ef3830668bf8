import type { Steps } from '../streams/steps'
import type { CellSteps } from './cell-steps'
import type { CellMask } from './types'

interface Shown {
  readonly length: number
  readonly shown: Uint8Array | null
  readonly isAsItWas: boolean
}

/** What the cells of one large row show, from when they were looked at to when the row is masked. */
export class CellsAhead {
  readonly #make: () => readonly (CellSteps | undefined)[]
  #made: readonly (CellSteps | undefined)[] | undefined
  readonly #shown = new Map<number, Shown>()

  /** `make`: asked when the first large row comes; few results have one. */
  constructor(make: () => readonly (CellSteps | undefined)[]) {
    this.#make = make
  }

  get isAny(): boolean {
    return this.#steps.some((step) => step !== undefined)
  }

  get isEmpty(): boolean {
    return this.#shown.size === 0
  }

  *look(index: number, cell: Uint8Array): Steps<void> {
    const steps = this.#steps[index]
    const shown = steps === undefined ? undefined : yield* steps(cell)
    if (shown === undefined) return
    this.#shown.set(index, { length: cell.length, shown, isAsItWas: shown === cell })
    yield
  }

  take(index: number, cell: Uint8Array, mask: CellMask): Uint8Array | null {
    const known = this.#shown.get(index)
    if (known === undefined) return mask(cell)
    this.#shown.delete(index)
    // Another cell than was looked at: fails towards looking at it now.
    if (known.length !== cell.length) return mask(cell)
    return known.isAsItWas ? cell : known.shown
  }

  get #steps(): readonly (CellSteps | undefined)[] {
    return (this.#made ??= this.#make())
  }
}
