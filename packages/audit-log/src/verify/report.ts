/** Something that is not as it was logged, or that cannot be shown to be. */
export interface Problem {
  /** Position of the audit entry in the log, when one is to blame. */
  readonly record?: number
  /** Line of the bundle, from 1. */
  readonly line?: number
  readonly message: string
}

/** What an agent wrote and the log does not have, or has in the wrong place. */
export interface Gap {
  readonly kind: 'missing' | 'doubled' | 'reordered' | 'not-shown'
  readonly agentId?: string
  readonly spoolId?: string
  /** Sequence numbers concerned, both ends included. */
  readonly first?: number
  readonly last?: number
  readonly record?: number
  readonly message: string
}

/** How far the entries of one spool go. What its agent wrote after `last` had not arrived, and nothing here tells of it. */
export interface Reach {
  readonly agentId: string
  readonly spoolId: string
  /** Sequence numbers, both ends included. */
  readonly first: number
  readonly last: number
  /** When the entry `last` was written, by the agent's clock. */
  readonly lastTime: string
  readonly entries: number
}

/** Two verdicts that say nothing of each other: nothing altered, and nothing left out. */
export interface Report {
  readonly integrity: { readonly ok: boolean; readonly problems: readonly Problem[] }
  /** That nothing was left out within what each spool `reached`; never that an agent wrote no more. */
  readonly completeness: {
    readonly ok: boolean
    readonly gaps: readonly Gap[]
    readonly reached: readonly Reach[]
  }
  /** What the verdicts are about; absent when no checkpoint could be trusted. */
  readonly checkpoint?: { readonly origin: string; readonly size: number; readonly root: string }
  readonly entries: number
}

/** Findings of one kind that are listed; a log altered throughout is not listed entry by entry. */
const maxListed = 100

/** Collects findings and keeps the report bounded. */
export class Findings {
  readonly #problems: Problem[] = []
  readonly #gaps: Gap[] = []
  #hidden = 0

  get hasProblems(): boolean {
    return this.#problems.length > 0
  }

  problem(problem: Problem): void {
    if (this.#problems.length < maxListed) this.#problems.push(problem)
    else this.#hidden++
  }

  gap(gap: Gap): void {
    if (this.#gaps.length < maxListed) this.#gaps.push(gap)
  }

  report(rest: Pick<Report, 'checkpoint' | 'entries'>, reached: readonly Reach[] = []): Report {
    const more = { message: `and ${this.#hidden} problems more` }
    const problems = this.#hidden > 0 ? [...this.#problems, more] : this.#problems
    return {
      integrity: { ok: problems.length === 0, problems },
      completeness: { ok: this.#gaps.length === 0, gaps: this.#gaps, reached },
      ...rest,
    }
  }
}
