import type { SessionStream } from './session'

/** Streams opened ahead of time, so that opening a session is one message on an open stream. */
export class SpareStreams {
  readonly #create: () => SessionStream
  readonly #count: number
  readonly #refillMillis: number
  /** Each with what takes this pool's listeners off it. */
  readonly #spares = new Map<SessionStream, () => void>()
  #timer: NodeJS.Timeout | undefined
  #open = false

  constructor(create: () => SessionStream, count: number, refillMillis = 1000) {
    this.#create = create
    this.#count = count
    this.#refillMillis = refillMillis
  }

  start(): void {
    this.#open = true
    this.#refill()
  }

  stop(): void {
    this.#open = false
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (const stream of this.#spares.keys()) stream.cancel()
    this.#spares.clear()
  }

  /** A stream nobody has written to, without listeners. */
  take(): SessionStream {
    const [spare] = this.#spares.keys()
    if (spare === undefined) return this.#create()
    this.#spares.get(spare)?.()
    this.#spares.delete(spare)
    // Replaced later, so that this session's first message goes out before the new streams' headers.
    setImmediate(() => this.#refill())
    return spare
  }

  get size(): number {
    return this.#spares.size
  }

  #refill(): void {
    while (this.#open && this.#spares.size < this.#count) {
      const stream = this.#create()
      const lost = (): void => this.#lost(stream)
      // An answer before a question is no legal stream.
      const cancel = (): void => stream.cancel()
      stream.on('error', lost).on('end', lost).on('data', cancel)
      this.#spares.set(stream, () => {
        stream.off('error', lost).off('end', lost).off('data', cancel)
      })
    }
  }

  /** The control plane may end unused streams whenever it likes; they come back without a hot loop. */
  #lost(stream: SessionStream): void {
    if (!this.#spares.delete(stream) || !this.#open) return
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#refill()
    }, this.#refillMillis).unref()
  }
}
