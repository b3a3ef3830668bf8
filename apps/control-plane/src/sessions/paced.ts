import { setTimeout as delay } from 'node:timers/promises'

interface Waiting<T> {
  readonly item: T
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * Works on what was added, many at once, and begins at most once in `gatherMillis`: what comes alone does not wait,
 * and what comes in a stream shares its transactions.
 */
export class Paced<T> {
  private readonly queue: Waiting<T>[] = []
  private isWorking = false

  constructor(
    private readonly work: (items: readonly T[]) => Promise<void>,
    private readonly options: { readonly gatherMillis: number; readonly largestBatch: number },
  ) {}

  get length(): number {
    return this.queue.length
  }

  /** Settles with the batch that the item is part of. */
  add(item: T): Promise<void> {
    const done = new Promise<void>((resolve, reject) => {
      this.queue.push({ item, resolve, reject })
    })
    if (!this.isWorking) void this.drain()
    return done
  }

  private async drain(): Promise<void> {
    const { gatherMillis, largestBatch } = this.options
    this.isWorking = true
    while (this.queue.length > 0) {
      const began = performance.now()
      const batch = this.queue.splice(0, largestBatch)
      try {
        await this.work(batch.map(({ item }) => item))
        for (const { resolve } of batch) resolve()
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
      await delay(Math.max(0, gatherMillis - (performance.now() - began)))
    }
    this.isWorking = false
  }
}
