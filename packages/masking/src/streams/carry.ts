/** Bytes of a token whose end has not come yet. What it hands out is valid until the next call. */
export class Carry {
  #buffer = Buffer.alloc(0)
  #length = 0

  get length(): number {
    return this.#length
  }

  /** What was kept, and the chunk behind it. The chunk itself when nothing was kept. */
  join(chunk: Uint8Array): Uint8Array {
    if (this.#length === 0) return chunk
    this.#reserve(this.#length + chunk.length)
    this.#buffer.set(chunk, this.#length)
    this.#length += chunk.length
    return this.#buffer.subarray(0, this.#length)
  }

  /** Keeps the end of what `join` handed out, from `from` on. */
  keep(input: Uint8Array, from: number): void {
    if (this.#length > 0) this.#buffer.copyWithin(0, from, input.length)
    else {
      this.#reserve(input.length - from)
      this.#buffer.set(input.subarray(from))
    }
    this.#length = input.length - from
  }

  #reserve(bytes: number): void {
    if (this.#buffer.length >= bytes) return
    const larger = Buffer.allocUnsafe(Math.max(bytes, this.#buffer.length * 2))
    larger.set(this.#buffer.subarray(0, this.#length))
    this.#buffer = larger
  }
}
