/** mulberry32: the same seed gives the same streams. */
export class Random {
  private state: number

  constructor(seed: number) {
    this.state = seed >>> 0
  }

  fraction(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }

  below(limit: number): number {
    return Math.floor(this.fraction() * limit)
  }

  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.below(items.length)] ?? items[0]
  }

  /** Flips bits and overwrites bytes from `from` on, and sometimes cuts the end off. */
  mutate(original: Buffer, from = 0): Buffer {
    const bytes = Buffer.from(original)
    const span = bytes.length - from
    if (span <= 0) return bytes
    for (let edits = this.below(4); edits > 0; edits -= 1) {
      const at = from + this.below(span)
      bytes[at] = this.fraction() < 0.5 ? this.below(256) : (bytes[at] ?? 0) ^ (1 << this.below(8))
    }
    return this.fraction() < 0.2 ? bytes.subarray(0, from + this.below(span)) : bytes
  }
}
