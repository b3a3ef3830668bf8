import type { Conversation } from './conversation'
import { CANCEL_GRACE_MILLIS } from './limits'
import type { Run } from './run'

/**
 * Stops what takes the target longer than its permit gives it. By a cancel and not by `statement_timeout`, which the
 * client can set anew, also within the very text that it would limit. Nothing is forwarded behind such a run, so the
 * cancel can meet no other, and one timer is enough.
 */
export class RunClock {
  private readonly onStuck: () => void
  private timer: NodeJS.Timeout | undefined

  /** `onStuck`: cancelled, and still not ended after the grace. */
  constructor(onStuck: () => void) {
    this.onStuck = onStuck
  }

  /** Counts from when the target has nothing else to answer first. */
  start(conversation: Conversation, run: Run): void {
    const { limitMillis } = run.permit
    if (limitMillis !== undefined)
      this.after(limitMillis, () => this.check(conversation, run, limitMillis))
  }

  stop(): void {
    clearTimeout(this.timer)
  }

  private check(conversation: Conversation, run: Run, limitMillis: number): void {
    const { replies, workingSince, parts } = conversation
    const owed = replies.of(run)
    // It has ended, or waits for the client to fetch on.
    if (owed === undefined || conversation.isBroken) return
    const worked = owed === replies.head ? performance.now() - workingSince : 0
    if (worked < limitMillis)
      return this.after(limitMillis - worked, () => this.check(conversation, run, limitMillis))
    run.stopped = run.permit.tooLong()
    parts.cancels.ask()
    this.after(CANCEL_GRACE_MILLIS, () => {
      if (replies.of(run) !== undefined) this.onStuck()
    })
  }

  private after(millis: number, then: () => void): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(then, millis).unref()
  }
}
