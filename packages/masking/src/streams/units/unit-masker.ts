import type { StreamMasker } from '../../plan'
import { Carry } from '../carry'
import { oversize, streamLimits } from '../limits'
import { noBytes } from '../unreadable'

/** A format whose bodies fall into units that are masked one by one. */
export interface UnitFormat {
  /** In words for the client. */
  readonly name: string
  readonly maxUnitBytes?: number
  /**
   * Behind the unit that begins at `start`; -1 when its end has not come. `searched` bytes of it were seen before
   * without one.
   */
  endOf(input: Uint8Array, start: number, searched: number): number
  /** The unit as the client may see it: the same bytes when nothing in it is masked. `last`: nothing follows. */
  mask(unit: Uint8Array, last: boolean): Uint8Array
  /** Called when the body is over; throws when it may not end there. */
  finish?(): void
}

/** Feeds a body to its format unit by unit. */
export class UnitMasker implements StreamMasker {
  readonly active = true
  maskedCells = 0
  readonly #format: UnitFormat
  readonly #carry = new Carry()

  constructor(format: UnitFormat) {
    this.#format = format
  }

  write(chunk: Uint8Array): Uint8Array {
    return this.#run(chunk, false)
  }

  idle(): Uint8Array {
    return noBytes
  }

  end(): Uint8Array {
    const rest = this.#run(noBytes, true)
    this.#format.finish?.()
    return rest
  }

  #run(chunk: Uint8Array, last: boolean): Uint8Array {
    const { name, maxUnitBytes = streamLimits.tokenBytes } = this.#format
    let searched = this.#carry.length
    const input = this.#carry.join(chunk)
    const out: Uint8Array[] = []
    let at = 0
    while (at < input.length) {
      const found = this.#format.endOf(input, at, searched)
      searched = 0
      if (found === -1 && input.length - at > maxUnitBytes)
        throw oversize(name, `a part of it is larger than ${maxUnitBytes} bytes`)
      if (found === -1 && !last) break
      const end = found === -1 ? input.length : found
      const unit = input.subarray(at, end)
      const shown = this.#format.mask(unit, last && end === input.length)
      if (shown !== unit) this.maskedCells++
      out.push(shown)
      at = end
    }
    const shown = Buffer.concat(out)
    this.#carry.keep(input, at)
    return shown
  }
}
