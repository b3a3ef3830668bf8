import type { Portal, Statement } from './prepared'
import type { Run } from './run'

/** What the target still owes, in the order in which it will answer. */
export type Reply =
  | { readonly kind: 'parse'; readonly run: Run; readonly statement: Statement }
  | { readonly kind: 'bind'; readonly portal: Portal }
  | {
      readonly kind: 'describe'
      readonly portal: Portal | undefined
      /** Ours: the client has not asked for it. */
      readonly hidden: boolean
    }
  | { readonly kind: 'execute'; readonly run: Run; readonly portal: Portal }
  | {
      readonly kind: 'close'
      readonly statement: Statement | undefined
      readonly portal: Portal | undefined
      /** Of the prepared objects when it was sent. */
      readonly generation: number
    }
  | { readonly kind: 'query' | 'call'; readonly run: Run; readonly group: number }
  | { readonly kind: 'sync'; readonly group: number }
  /** Answered by us when its turn has come. */
  | { readonly kind: 'local'; readonly bytes: Buffer }
  /** An error that we provoke so that the target is in the state that the client was told of. */
  | {
      readonly kind: 'poison'
      /** Told to the client in the place of the target's error; absent = it was told already. */
      readonly bytes: Buffer | undefined
      /** Provoked by a Query, which ends with ReadyForQuery; else by an Execute, and the target skips to Sync. */
      readonly endsWithReady: boolean
      readonly group: number
    }

export class Replies {
  private queue: Reply[] = []
  private at = 0
  /** How many ReadyForQuery are owed. */
  pendingReady = 0
  private waiting: { readonly below: number; readonly resolve: () => void }[] = []

  get length(): number {
    return this.queue.length - this.at
  }

  get head(): Reply | undefined {
    return this.queue[this.at]
  }

  /** What of this run is owed, if anything. */
  of(run: Run): Reply | undefined {
    return this.queue.slice(this.at).find((reply) => 'run' in reply && reply.run === run)
  }

  push(reply: Reply): void {
    this.queue.push(reply)
    if (endsWithReady(reply)) this.pendingReady += 1
  }

  /** Before everything else that is owed. */
  pushFront(reply: Reply): void {
    this.queue.splice(this.at, 0, reply)
    if (endsWithReady(reply)) this.pendingReady += 1
  }

  shift(): void {
    const reply = this.queue[this.at]
    if (reply === undefined) return
    if (endsWithReady(reply)) this.pendingReady -= 1
    this.at += 1
    if (this.at === this.queue.length) {
      this.queue = []
      this.at = 0
    } else if (this.at >= 1_024) {
      this.queue = this.queue.slice(this.at)
      this.at = 0
    }
    if (this.waiting.length > 0) this.wake(false)
  }

  /** Removes what the target will skip after an error: everything before the next reply that ends with ReadyForQuery. */
  takeSkipped(): { readonly skipped: Reply[]; readonly syncFollows: boolean } {
    const rest = this.queue.slice(this.at)
    const sync = rest.findIndex(({ kind }) => kind === 'sync')
    this.queue = sync === -1 ? [] : rest.slice(sync)
    this.at = 0
    const skipped = sync === -1 ? rest : rest.slice(0, sync)
    this.pendingReady = this.queue.filter(endsWithReady).length
    if (this.waiting.length > 0) this.wake(false)
    return { skipped, syncFollows: sync !== -1 }
  }

  /** In copy-in mode the target ignores every Sync that it finds. */
  dropSyncsBehindHead(): void {
    const rest = this.queue.slice(this.at)
    this.queue = rest.filter(({ kind }, index) => index === 0 || kind !== 'sync')
    this.at = 0
    this.pendingReady = this.queue.filter(endsWithReady).length
  }

  all(): readonly Reply[] {
    return this.queue.slice(this.at)
  }

  /** Resolves when fewer replies than `below` are owed, or when waiting on is pointless. */
  fewerThan(below: number): Promise<void> {
    if (this.length < below) return Promise.resolve()
    return new Promise((resolve) => this.waiting.push({ below, resolve }))
  }

  /** `all`: the state changed in a way that those who wait have to look at. */
  wake(all: boolean): void {
    const ready = this.waiting.filter(({ below }) => all || this.length < below)
    this.waiting = this.waiting.filter((waiter) => !ready.includes(waiter))
    for (const { resolve } of ready) resolve()
  }
}

function endsWithReady(reply: Reply): boolean {
  const { kind } = reply
  return (
    kind === 'sync' ||
    kind === 'query' ||
    kind === 'call' ||
    (kind === 'poison' && reply.endsWithReady)
  )
}
