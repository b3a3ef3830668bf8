import { covered, type EchoMasker } from './echo-masker'

/** Fewer characters of a credential tell nothing. */
const MIN_FRAGMENT = 4

/** Hides the credential in one body, also where a chunk ends within it: only then is anything held back. */
export class EchoStream {
  readonly #masker: EchoMasker
  /** A part of a body begins and ends anywhere: beginnings and ends of the credential are hidden in it too. */
  readonly #isPart: boolean
  #held: Buffer = Buffer.alloc(0)
  #isAtStart: boolean

  constructor(masker: EchoMasker, options: { readonly isPart: boolean }) {
    this.#masker = masker
    this.#isPart = options.isPart
    this.#isAtStart = options.isPart
  }

  write(chunk: Buffer): Buffer {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    if (this.#isAtStart && bytes.length < this.#masker.longest) {
      this.#held = bytes
      return nothing
    }
    const masked = this.#masker.mask(this.#withoutStart(bytes))
    const pending = this.#masker.pendingIn(masked)
    const from = masked.length - pending
    this.#held = pending === 0 ? nothing : Buffer.from(masked.subarray(from))
    return pending === 0 ? masked : masked.subarray(0, from)
  }

  end(): Buffer {
    const rest = this.#withoutStart(this.#held)
    this.#held = nothing
    if (!this.#isPart) return rest
    const masked = this.#masker.mask(rest)
    const end = masked.length
    if (this.#isWithin(masked)) return covered(masked, [{ start: 0, end }])
    const pending = this.#masker.pendingIn(masked)
    return covered(masked, pending < MIN_FRAGMENT ? [] : [{ start: end - pending, end }])
  }

  #isWithin(bytes: Buffer): boolean {
    return bytes.length >= MIN_FRAGMENT && this.#masker.forms.some((form) => form.includes(bytes))
  }

  #withoutStart(bytes: Buffer): Buffer {
    if (!this.#isAtStart) return bytes
    this.#isAtStart = false
    let longest = 0
    for (const form of this.#masker.forms)
      for (let length = Math.min(form.length - 1, bytes.length); length > longest; length--)
        if (length >= MIN_FRAGMENT && form.compare(bytes, 0, length, form.length - length) === 0)
          longest = length
    return covered(bytes, longest === 0 ? [] : [{ start: 0, end: longest }])
  }
}

const nothing = Buffer.alloc(0)
