import { toGatewayError, type GatewayError } from '@wardgate/errors'
import type { Permit } from '@wardgate/gateway'
import type { Readable, Writable } from 'node:stream'
import { idleOutputMillis } from '../limits'

type StreamMasker = ReturnType<Permit['body']>

export interface PumpOptions {
  readonly from: Readable
  readonly to: Writable
  /** Absent = nothing is masked in this direction. */
  readonly masker?: StreamMasker
  /** What goes through, as the other side gets it. */
  readonly seen: (chunk: Uint8Array) => void
  /** What to wait for before more is read, if anything; asked after each `seen`. */
  readonly ahead?: () => Promise<void> | undefined
}

/** One direction of a byte stream, masked on its way and never faster than the reader reads. */
export class Pump {
  bytes = 0
  /** Everything was handed on; rejects when masker or recording refuse to go on: then nothing more is handed on. */
  readonly done: Promise<void>
  readonly #options: PumpOptions
  #finish: () => void = () => undefined
  #fail: (error: GatewayError) => void = () => undefined
  #isOver = false
  #idle: NodeJS.Timeout | undefined

  constructor(options: PumpOptions) {
    this.#options = options
    this.done = new Promise((resolve, reject) => {
      this.#finish = resolve
      this.#fail = reject
    })
    this.done.catch(() => undefined)
    const { from } = options
    from.on('data', this.#data)
    from.once('end', () => this.#end())
    from.once('close', () => this.#end())
  }

  /** Nothing more goes through; what is held back is dropped. */
  stop(): void {
    this.#isOver = true
    clearTimeout(this.#idle)
    this.#options.from.off('data', this.#data)
    this.#finish()
  }

  readonly #data = (chunk: Uint8Array): void => {
    const { masker } = this.#options
    if (masker?.active !== true) return this.#pass(() => chunk)
    this.#pass(() => masker.write(chunk))
    // A prompt must appear although the masker may wait for more: what looks unfinished is judged when nothing comes.
    this.#idle ??= setTimeout(() => {
      this.#idle = undefined
      this.#pass(() => masker.idle())
    }, idleOutputMillis)
    this.#idle.refresh()
  }

  #end(): void {
    if (this.#isOver) return
    const { masker } = this.#options
    if (masker?.active === true) this.#pass(() => masker.end())
    this.stop()
  }

  /** Fails closed: a masker that throws ends the stream, and so does a recording that takes no more. */
  #pass(next: () => Uint8Array): void {
    if (this.#isOver) return
    try {
      this.#put(next())
    } catch (caught) {
      this.#giveUp(caught)
    }
  }

  readonly #giveUp = (caught: unknown): void => {
    this.#fail(toGatewayError(caught))
    this.stop()
  }

  #put(chunk: Uint8Array): void {
    if (chunk.length === 0) return
    const { from, to, seen, ahead } = this.#options
    this.bytes += chunk.length
    seen(chunk)
    const wait = ahead?.()
    const isTaken = to.write(chunk)
    if (isTaken && wait === undefined) return
    from.pause()
    const resume = () => from.resume()
    const whenTaken = () => to.once('drain', resume)
    if (wait === undefined) whenTaken()
    else wait.then(() => (to.writableNeedDrain ? whenTaken() : resume()), this.#giveUp)
  }
}
