import type { Clock } from '@wardgate/gateway'
import type { Logger as Log } from '@wardgate/logger'
import type { FileSpool } from '../spool/spool'

/** What the control plane has not acknowledged. */
export interface Backlog {
  readonly entries: number
  /** Age of the oldest one; 0 when there is none. */
  readonly oldestSeconds: number
}

export interface BacklogWatchOptions {
  readonly spool: Pick<
    FileSpool,
    'acknowledged' | 'lastSequence' | 'oldestUnacknowledged' | 'spoolId'
  >
  readonly clock: Clock
  readonly log: Log
}

/** Acknowledgements take well under a second; evidence that has waited this long does not arrive. */
const stalledSeconds = 30
const tellMillis = 60_000

/** Says that evidence does not arrive while it does not: operations go on until the spool is full. */
export class BacklogWatch {
  readonly #options: BacklogWatchOptions
  #timer: NodeJS.Timeout | undefined

  constructor(options: BacklogWatchOptions) {
    this.#options = options
  }

  start(): void {
    this.#timer = setInterval(() => this.#tell(), tellMillis).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  get backlog(): Backlog {
    const { spool, clock } = this.#options
    const entries = Math.max(0, spool.lastSequence - spool.acknowledged)
    const oldest = spool.oldestUnacknowledged
    const age = oldest === undefined ? 0 : Math.floor((clock.now() - oldest) / 1000)
    return { entries, oldestSeconds: Math.max(0, age) }
  }

  /** What an operator has to know of it; empty while entries arrive. */
  warnings(): string[] {
    const { entries, oldestSeconds } = this.backlog
    if (oldestSeconds < stalledSeconds) return []
    return [`oldest unacknowledged entry is ${oldestSeconds} s old, ${entries} entries`]
  }

  #tell(): void {
    const { entries, oldestSeconds } = this.backlog
    if (oldestSeconds < stalledSeconds) return
    const { log, spool } = this.#options
    const fields = { spoolId: spool.spoolId, acknowledged: spool.acknowledged }
    log.warn({ ...fields, entries, oldestSeconds }, 'audit entries are not acknowledged')
  }
}
