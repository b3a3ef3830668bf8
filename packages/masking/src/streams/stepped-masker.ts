import type { StreamMasker } from '../plan'
import { noBytes } from './unreadable'

/** A masker of bodies that stops where something long takes several steps, and goes on with the next write. */
export abstract class SteppedMasker implements StreamMasker {
  readonly active = true
  maskedCells = 0

  abstract get isBehind(): boolean

  /** One step, or all up to where something takes more than one. No bytes come while it is behind. */
  protected abstract run(chunk: Uint8Array, last: boolean): Uint8Array

  /** Called when the body is over; throws when it may not end there. */
  protected abstract finish(): void

  write(chunk: Uint8Array): Uint8Array {
    if (!this.isBehind || chunk.length === 0) return this.run(chunk, false)
    return Buffer.concat([...this.#rest(false), this.run(chunk, false)])
  }

  idle(): Uint8Array {
    return noBytes
  }

  end(): Uint8Array {
    const rest = this.#rest(true)
    this.finish()
    return Buffer.concat(rest)
  }

  /** All that can be done without more. */
  #rest(last: boolean): Uint8Array[] {
    const shown: Uint8Array[] = []
    do shown.push(this.run(noBytes, last))
    while (this.isBehind)
    return shown
  }
}
