/** What a session's clock looks at. */
export interface Watched {
  /** Milliseconds, monotonic: when the client or the target was last heard of. */
  readonly lastActivity: number
  /** When the target got what it is working on; undefined = it owes nothing. */
  readonly workingSince: number | undefined
  /** An operation waits for approval: that wait has its own limit. */
  readonly isHeld: boolean
}

export interface DeadlineActions {
  onIdle(): void
  onStatementTimeout(): void
  /** Cancelled, and still not ended after the grace. */
  onStuck(): void
}

export interface DeadlineLimits {
  /** 0 = none. */
  readonly idleMillis: number
  readonly statementMillis: number
  readonly graceMillis: number
}

/** One coarse timer a session: activity costs a number, not a timer. */
export class Deadlines {
  private readonly limits: DeadlineLimits
  private readonly watch: () => Watched
  private readonly actions: DeadlineActions
  private timer: NodeJS.Timeout | undefined
  private cancelledAt: number | undefined

  constructor(limits: DeadlineLimits, watch: () => Watched, actions: DeadlineActions) {
    this.limits = limits
    this.watch = watch
    this.actions = actions
  }

  start(): void {
    const shortest = Math.min(
      this.limits.idleMillis || Infinity,
      this.limits.statementMillis || Infinity,
    )
    if (shortest === Infinity) return
    const interval = Math.max(50, Math.min(shortest / 4, 5_000))
    this.timer = setInterval(() => this.check(performance.now()), interval)
    this.timer.unref()
  }

  stop(): void {
    clearInterval(this.timer)
  }

  check(now: number): void {
    const { workingSince, lastActivity, isHeld } = this.watch()
    const { idleMillis, statementMillis, graceMillis } = this.limits
    if (workingSince === undefined) {
      this.cancelledAt = undefined
      if (idleMillis > 0 && !isHeld && now - lastActivity > idleMillis) this.actions.onIdle()
      return
    }
    if (statementMillis === 0 || now - workingSince <= statementMillis) return
    if (this.cancelledAt === undefined || this.cancelledAt < workingSince) {
      this.cancelledAt = now
      this.actions.onStatementTimeout()
    } else if (now - this.cancelledAt > graceMillis) this.actions.onStuck()
  }
}
