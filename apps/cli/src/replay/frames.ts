/** One message of the PostgreSQL protocol, from either side. */
export interface Frame {
  /** ASCII code; 0 for the start-up messages, which have none. */
  readonly type: string
  readonly body: Buffer
}

/** Longer messages are skipped over, not shown. */
const maxShownFrameBytes = 1 << 20

/**
 * Cuts one direction of a recording into messages. What is broken or oversize is skipped, never waited for without
 * bound: a recording is evidence of what was sent, not of what is well-formed.
 */
export class FrameReader {
  #rest = Buffer.alloc(0)
  #skip = 0

  #dropSkipped(): void {
    const dropped = Math.min(this.#skip, this.#rest.length)
    this.#rest = this.#rest.subarray(dropped)
    this.#skip -= dropped
  }

  *push(chunk: Uint8Array): Generator<Frame, void, undefined> {
    this.#rest = Buffer.concat([this.#rest, chunk])
    for (;;) {
      this.#dropSkipped()
      // type (1) | length (4, counts itself) | body
      if (this.#rest.length < 5) return
      const length = this.#rest.readUInt32BE(1)
      if (length < 4) {
        this.#rest = this.#rest.subarray(1)
        continue
      }
      if (length > maxShownFrameBytes) {
        yield { type: String.fromCharCode(this.#rest.readUInt8(0)), body: Buffer.alloc(0) }
        this.#skip = length + 1
        continue
      }
      if (this.#rest.length < length + 1) return
      yield {
        type: String.fromCharCode(this.#rest.readUInt8(0)),
        body: this.#rest.subarray(5, length + 1),
      }
      this.#rest = this.#rest.subarray(length + 1)
    }
  }
}
