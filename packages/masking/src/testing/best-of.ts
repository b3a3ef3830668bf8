/** Milliseconds of the processor for one step: far below what all of it takes at once, and above what tests add. */
export const stepLimit = 150

/** The best of some runs: what else the machine does counts for one, and a long step is long in each. */
export function bestOf<T extends { readonly worst: number }>(run: () => T): T {
  let best = run()
  for (let again = 0; again < 3 && best.worst >= stepLimit; again += 1) {
    const next = run()
    if (next.worst < best.worst) best = next
  }
  return best
}
