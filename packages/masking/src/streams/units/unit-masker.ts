import { Carry } from '../carry'
import { oversize, streamLimits } from '../limits'
import { SteppedMasker } from '../stepped-masker'
import { stepBytes, type Steps } from '../steps'
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
  /** The unit as the client may see it: the same bytes when nothing in it is masked. */
  mask(unit: Uint8Array): Steps<Uint8Array>
  /** Called when the body is over; throws when it may not end there. */
  finish?(): void
}

/** Feeds a body to its format unit by unit. */
export class UnitMasker extends SteppedMasker {
  readonly #format: UnitFormat
  readonly #carry = new Carry()
  /** What is left of a unit that takes several steps. */
  #work: { readonly unit: Uint8Array; readonly steps: Steps<Uint8Array> } | undefined

  constructor(format: UnitFormat) {
    super()
    this.#format = format
  }

  get isBehind(): boolean {
    return this.#work !== undefined
  }

  protected finish(): void {
    this.#format.finish?.()
  }

  /** Up to where a unit takes another step. Nothing comes while one does. */
  protected run(chunk: Uint8Array, last: boolean): Uint8Array {
    const out: Uint8Array[] = []
    if (!this.#goOn(out)) return noBytes
    let searched = this.#carry.length
    const input = this.#carry.join(chunk)
    let at = 0
    while (at < input.length && !this.isBehind) {
      const found = this.#format.endOf(input, at, searched)
      searched = 0
      if (found === -1) this.#refuseOversize(input.length - at)
      if (found === -1 && !last) break
      const end = found === -1 ? input.length : found
      // Only what is long takes several steps, and by then other bytes are where it was.
      const unit =
        end - at > stepBytes ? Buffer.from(input.subarray(at, end)) : input.subarray(at, end)
      this.#work = { unit, steps: this.#format.mask(unit) }
      this.#goOn(out)
      at = end
    }
    const shown = Buffer.concat(out)
    this.#carry.keep(input, at)
    return shown
  }

  /** True when no unit is left that takes another step. */
  #goOn(out: Uint8Array[]): boolean {
    if (this.#work === undefined) return true
    const { unit, steps } = this.#work
    const { done, value } = steps.next()
    if (done !== true) return false
    this.#work = undefined
    if (value !== unit) this.maskedCells++
    out.push(value)
    return true
  }

  #refuseOversize(bytes: number): void {
    const { name, maxUnitBytes = streamLimits.tokenBytes } = this.#format
    if (bytes > maxUnitBytes)
      throw oversize(name, `a part of it is larger than ${maxUnitBytes} bytes`)
  }
}
