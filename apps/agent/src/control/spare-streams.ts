import type { SessionStream } from './session-surroundings'

export interface SpareLimits {
  /** With fewer than this, new streams are opened, up to `most`. Above it, those that come back are enough. */
  readonly least: number
  readonly most: number
}

/** Streams that carry no session, so that opening one is a message on an open stream. */
export class SpareStreams {
  readonly #create: () => SessionStream
  readonly #limits: SpareLimits
  readonly #refillMillis: number
  /** Each with what takes this pool's listeners off it. */
  readonly #spares = new Map<SessionStream, () => void>()
  #timer: NodeJS.Timeout | undefined
  #open = false

  constructor(create: () => SessionStream, limits: SpareLimits, refillMillis = 1000) {
    this.#create = create
    this.#limits = limits
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

  /** A stream without a session and without listeners. */
  take(): SessionStream {
    const [spare] = this.#spares.keys()
    if (spare === undefined) return this.#create()
    this.#spares.get(spare)?.()
    this.#spares.delete(spare)
    if (this.#spares.size < this.#limits.least) {
      // Replaced later, so that this session's first message goes out before the new streams' headers.
      setImmediate(() => this.#refill())
    }
    return spare
  }

  /** A stream whose session is over. */
  put(stream: SessionStream): void {
    if (!this.#open || this.#spares.size >= this.#limits.most) endQuietly(stream)
    else this.#keep(stream)
  }

  get size(): number {
    return this.#spares.size
  }

  #refill(): void {
    if (this.#spares.size >= this.#limits.least) return
    while (this.#open && this.#spares.size < this.#limits.most) this.#keep(this.#create())
  }

  #keep(stream: SessionStream): void {
    const lost = (): void => this.#lost(stream)
    // An answer before a question is no legal stream.
    const cancel = (): void => stream.cancel()
    stream.on('error', lost).on('end', lost).on('data', cancel)
    this.#spares.set(stream, () => {
      stream.off('error', lost).off('end', lost).off('data', cancel)
    })
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

/** Nobody waits for this stream any more; without a listener its errors would end the process. */
export function endQuietly(stream: SessionStream): void {
  stream.on('error', () => undefined).end()
}
