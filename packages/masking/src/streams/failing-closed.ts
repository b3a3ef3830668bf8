import type { StreamMasker } from '../plan'

/** Once a masker has failed nothing more comes out of it, whatever its caller does. */
export class FailingClosed implements StreamMasker {
  readonly #inner: StreamMasker
  #failure: { readonly cause: unknown } | undefined

  constructor(inner: StreamMasker) {
    this.#inner = inner
  }

  get active(): boolean {
    return this.#inner.active
  }

  get isBehind(): boolean {
    return this.#failure === undefined && this.#inner.isBehind
  }

  get maskedCells(): number {
    return this.#inner.maskedCells
  }

  write(chunk: Uint8Array): Uint8Array {
    return this.#guarded(() => this.#inner.write(chunk))
  }

  idle(): Uint8Array {
    return this.#guarded(() => this.#inner.idle())
  }

  end(): Uint8Array {
    return this.#guarded(() => this.#inner.end())
  }

  #guarded(run: () => Uint8Array): Uint8Array {
    if (this.#failure !== undefined) throw this.#failure.cause
    try {
      return run()
    } catch (cause) {
      this.#failure = { cause }
      throw cause
    }
  }
}
