import type { VerifiedCheckpoint } from './note'
import { equal } from './merkle'
import { verifyConsistency } from './proofs'
import type { Findings } from './report'

/** Checks that all checkpoints tell of one history: the log only ever grew. */
export class History {
  readonly #checkpoints = new Map<number, VerifiedCheckpoint>()
  readonly #linked = new Map<number, Set<number>>()
  readonly #findings: Findings

  constructor(findings: Findings) {
    this.#findings = findings
  }

  add(checkpoint: VerifiedCheckpoint): void {
    const known = this.#checkpoints.get(checkpoint.size)
    if (known === undefined) this.#checkpoints.set(checkpoint.size, checkpoint)
    else if (!equal(known.root, checkpoint.root)) {
      const message = `two signed checkpoints of size ${checkpoint.size} have different roots: the log shows two histories`
      this.#findings.problem({ message })
    }
  }

  at(size: number): VerifiedCheckpoint | undefined {
    return this.#checkpoints.get(size)
  }

  /** Takes a consistency proof; false when it does not hold between two known checkpoints. */
  connect(from: number, to: number, proof: readonly Uint8Array[]): boolean {
    const [older, newer] = [this.#checkpoints.get(from), this.#checkpoints.get(to)]
    if (older === undefined || newer === undefined || from >= to) return false
    if (!verifyConsistency(from, to, older.root, newer.root, proof)) return false
    this.link(from, to)
    return true
  }

  /** Notes that two checkpoints are known to be of one tree. */
  link(a: number, b: number): void {
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      const linked = this.#linked.get(from) ?? new Set()
      this.#linked.set(from, linked.add(to))
    }
  }

  /** Reports every checkpoint that nothing connects with the one that the entries are proven against. */
  finish(size: number): void {
    const reached = new Set([size])
    // A set grows while it is iterated: this visits all that can be reached.
    for (const at of reached) for (const next of this.#linked.get(at) ?? []) reached.add(next)
    for (const other of this.#checkpoints.keys()) {
      if (reached.has(other) || other === 0) continue
      const message = `nothing shows that the log of size ${other} and that of size ${size} are one log`
      this.#findings.problem({ message })
    }
  }
}
