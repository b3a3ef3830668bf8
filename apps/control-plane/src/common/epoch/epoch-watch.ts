import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common'
import { DatabaseListener } from '../database/listener'
import { EpochRepository } from './epoch.repository'
import { epochChannel } from './epoch.service'

/** Should a notification be lost, the epoch is read again after at most this time. */
const pollMillis = 2_000

/** The epoch as this replica knows it. Whoever caches what verdicts rest on keeps it under this number. */
@Injectable()
export class EpochWatch implements OnApplicationBootstrap, OnApplicationShutdown {
  private epoch = 0n
  private readonly handlers = new Set<(epoch: bigint) => void>()
  private timer: NodeJS.Timeout | undefined

  constructor(
    private readonly epochs: EpochRepository,
    private readonly listener: DatabaseListener,
  ) {}

  get current(): bigint {
    return this.epoch
  }

  onChange(handler: (epoch: bigint) => void): () => void {
    this.handlers.add(handler)
    return () => this.handlers.delete(handler)
  }

  /** Resolves at the next change, or when the time is up. */
  next(limit: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        stop()
        limit.removeEventListener('abort', done)
        resolve()
      }
      const stop = this.onChange(done)
      limit.addEventListener('abort', done, { once: true })
      if (limit.aborted) done()
    })
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.listener.listen(epochChannel, (payload) => this.advance(BigInt(payload)))
    this.listener.onReconnect(() => void this.refresh())
    await this.refresh()
    this.timer = setInterval(() => void this.refresh(), pollMillis).unref()
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer)
  }

  async refresh(): Promise<void> {
    try {
      this.advance(await this.epochs.read())
    } catch {
      // The database does not answer: nothing can be opened or decided anew, and the next round asks again.
    }
  }

  private advance(epoch: bigint): void {
    if (epoch <= this.epoch) return
    this.epoch = epoch
    for (const handler of this.handlers) handler(epoch)
  }
}
